package door

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

const mostPathBytes = 103

var loopback = map[string]bool{"127.0.0.1": true, "localhost": true, "::1": true}

// SocketPlaces says where the local socket may lie, best first: at setting (`off`: nowhere), else in this user's runtime or state folder under the
// port of a loopback address over http:// without a path.
func SocketPlaces(address, setting string) []string {
	if runtime.GOOS == "windows" || setting == "off" {
		return nil
	}
	if setting != "" {
		if whole, err := filepath.Abs(setting); err == nil {
			return []string{whole}
		}
		return []string{setting}
	}
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" || !loopback[at.Hostname()] || (at.Path != "" && at.Path != "/") {
		return nil
	}
	port := at.Port()
	if port == "" {
		port = "80"
	}
	var places []string
	for _, folder := range socketFolders() {
		if path := filepath.Join(folder, port+".sock"); len(path) <= mostPathBytes {
			places = append(places, path)
		}
	}
	return places
}

func socketFolders() []string {
	var folders []string
	if named := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(named) {
		folders = append(folders, filepath.Join(named, "aegis"))
	} else if runtime.GOOS == "linux" {
		// A program that was started with few variables does not know the runtime folder; systemd's has a fixed name.
		folders = append(folders, filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "aegis"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".local", "state", "aegis", "run"))
	}
	return folders
}

// isSafeSocket tells whether something lies there. It fails for what is no socket of this user's, or what another user could have put there.
func isSafeSocket(path string) (bool, error) {
	socket, err := os.Lstat(path)
	if err != nil {
		return false, nil
	}
	folder, err := os.Lstat(filepath.Dir(path))
	isSocket := socket.Mode()&os.ModeSocket != 0 && isMine(socket)
	if err == nil && isSocket && folder.IsDir() && isMine(folder) && folder.Mode().Perm()&0o077 == 0 {
		return true, nil
	}
	return false, &SetupError{fmt.Sprintf("Other users could stand in for Aegis at %s, so it was not asked: its folder must be yours and have mode 0700. "+
		"Put that right, or ask over HTTP with AEGIS_SOCKET=off.", path)}
}
