package app

import "golang.org/x/sys/windows"

// freeSpace is how many bytes this user may still write on the disk of a folder.
func freeSpace(folder string) (bytes uint64, known bool) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, false
	}
	err = windows.GetDiskFreeSpaceEx(name, &bytes, nil, nil)
	return bytes, err == nil
}
