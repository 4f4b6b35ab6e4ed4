package capture

// Devices returns what can be captured from, in the order of their numbers.
func Devices() ([]Device, error) {
	devices, err := addressed()
	return append(devices, Device{Name: AnyInterface, Description: "all interfaces at once"}), err
}
