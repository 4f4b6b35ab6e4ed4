package capture

// alignment is that of packets in a buffer of bpf: BPF_ALIGNMENT.
const alignment = 4
