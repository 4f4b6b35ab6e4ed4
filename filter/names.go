package filter

// constantNames are the names that may be written for a number.
var constantNames = map[string]uint32{
	"tcpflags": 13, "tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8,
	"tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,

	"icmptype": 0, "icmpcode": 1,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5,
	"icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11,
	"icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15,
	"icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,

	"icmp6type": 0, "icmp6code": 1,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3,
	"icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129,
	"icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131,
	"icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134,
	"icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139,
	"icmp6-nodeinformationresponse": 140, "icmp6-ineighbordiscoverysolicit": 141,
	"icmp6-ineighbordiscoveryadvert": 142, "icmp6-multicastlistenerreportv2": 143,
	"icmp6-homeagentdiscoveryrequest": 144, "icmp6-homeagentdiscoveryreply": 145,
	"icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147,
	"icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152,
	"icmp6-multicastrouterterm": 153,
}

// etherNames are the names behind `ether proto`; see also protocolNames.
var etherNames = map[string]uint32{"loopback": 0x9000}

// ipNames are the names behind `ip proto`, `ip6 proto` and `proto`, as Debian has
// them in /etc/protocols.
var ipNames = map[string]uint32{
	"ip": 0, "hopopt": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5, "tcp": 6,
	"egp": 8, "igp": 9, "pup": 12, "udp": 17, "hmp": 20, "xns-idp": 22, "rdp": 27,
	"iso-tp4": 29, "dccp": 33, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41,
	"ipv6-route": 43, "ipv6-frag": 44, "idrp": 45, "rsvp": 46, "gre": 47, "esp": 50,
	"ah": 51, "skip": 57, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "rspf": 73,
	"vmtp": 81, "eigrp": 88, "ospf": 89, "ax.25": 93, "ipip": 94, "etherip": 97,
	"encap": 98, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "isis": 124,
	"sctp": 132, "fc": 133, "mobility-header": 135, "udplite": 136, "mpls-in-ip": 137,
	"manet": 138, "hip": 139, "shim6": 140, "wesp": 141, "rohc": 142, "ethernet": 143,
	"mptcp": 262,
}

// A service is a port that has a name. Its protocol is tcp or udp, or anyProtocol
// if the name is known for both.
type service struct {
	port     uint32
	protocol protocol
}

// services are the names that may be written for a port: those in Debian's
// /etc/services that one may meet in a capture.
var services = map[string]service{
	"echo": {7, anyProtocol}, "discard": {9, anyProtocol}, "daytime": {13, anyProtocol},
	"chargen": {19, anyProtocol}, "ftp-data": {20, tcp}, "ftp": {21, tcp}, "ssh": {22, tcp},
	"telnet": {23, tcp}, "smtp": {25, tcp}, "mail": {25, tcp}, "time": {37, anyProtocol},
	"whois": {43, tcp}, "tacacs": {49, anyProtocol}, "domain": {53, anyProtocol},
	"bootps": {67, udp}, "bootpc": {68, udp}, "tftp": {69, udp}, "gopher": {70, tcp},
	"finger": {79, tcp}, "http": {80, tcp}, "www": {80, tcp}, "kerberos": {88, anyProtocol},
	"pop3": {110, tcp}, "sunrpc": {111, anyProtocol}, "portmapper": {111, anyProtocol},
	"auth": {113, tcp}, "nntp": {119, tcp}, "ntp": {123, udp}, "epmap": {135, tcp},
	"netbios-ns": {137, udp}, "netbios-dgm": {138, udp}, "netbios-ssn": {139, tcp},
	"imap2": {143, tcp}, "imap": {143, tcp}, "snmp": {161, anyProtocol},
	"snmp-trap": {162, anyProtocol}, "snmptrap": {162, anyProtocol}, "xdmcp": {177, udp},
	"bgp": {179, tcp}, "ldap": {389, anyProtocol}, "svrloc": {427, anyProtocol},
	"https": {443, anyProtocol}, "microsoft-ds": {445, tcp}, "kpasswd": {464, anyProtocol},
	"submissions": {465, tcp}, "smtps": {465, tcp}, "isakmp": {500, udp}, "exec": {512, tcp},
	"login": {513, tcp}, "who": {513, udp}, "shell": {514, tcp}, "syslog": {514, anyProtocol},
	"printer": {515, tcp}, "route": {520, udp}, "router": {520, udp}, "uucp": {540, tcp},
	"klogin": {543, tcp}, "kshell": {544, tcp}, "dhcpv6-client": {546, udp},
	"dhcpv6-server": {547, udp}, "rtsp": {554, anyProtocol}, "nntps": {563, tcp},
	"submission": {587, tcp}, "ipp": {631, tcp}, "ldaps": {636, anyProtocol},
	"ldp": {646, anyProtocol}, "kerberos-adm": {749, tcp}, "domain-s": {853, anyProtocol},
	"rsync": {873, tcp}, "ftps-data": {989, tcp}, "ftps": {990, tcp}, "telnets": {992, tcp},
	"imaps": {993, tcp}, "pop3s": {995, tcp}, "socks": {1080, tcp}, "rmiregistry": {1099, tcp},
	"openvpn": {1194, anyProtocol}, "ms-sql-s": {1433, tcp}, "ms-sql-m": {1434, udp},
	"radius": {1812, anyProtocol}, "radius-acct": {1813, anyProtocol}, "nfs": {2049, anyProtocol},
	"mysql": {3306, tcp}, "ms-wbt-server": {3389, tcp}, "svn": {3690, tcp}, "epmd": {4369, tcp},
	"ipsec-nat-t": {4500, udp}, "munin": {4949, tcp}, "sip": {5060, anyProtocol},
	"sip-tls": {5061, anyProtocol}, "xmpp-client": {5222, tcp}, "xmpp-server": {5269, tcp},
	"mdns": {5353, udp}, "postgresql": {5432, tcp}, "postgres": {5432, tcp},
	"nrpe": {5666, tcp}, "amqps": {5671, tcp}, "amqp": {5672, tcp}, "x11": {6000, tcp},
	"redis": {6379, tcp}, "mysql-proxy": {6446, tcp}, "syslog-tls": {6514, tcp},
	"ircd": {6667, tcp}, "http-alt": {8080, tcp}, "git": {9418, tcp}, "zabbix-agent": {10050, tcp},
	"zabbix-trapper": {10051, tcp}, "nbd": {10809, tcp},
}
