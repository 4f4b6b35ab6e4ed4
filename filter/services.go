package filter

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
