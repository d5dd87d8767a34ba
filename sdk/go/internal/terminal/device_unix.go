//go:build unix

package terminal

import (
	"errors"
	"io"
	"syscall"
)

// device is the controlling terminal, opened for this question alone: that nothing blocks here changes nothing for others who have it open.
type device struct{ file int }

// open takes away what was typed before.
func open() (device, error) {
	file, err := syscall.Open("/dev/tty", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return device{}, err
	}
	made := device{file}
	for {
		_, typed, err := made.look()
		if err != nil {
			made.close()
			return device{}, err
		}
		if !typed {
			return made, nil
		}
	}
}

func (d device) close() { _ = syscall.Close(d.file) }

// say is how many bytes of the text the terminal took.
func (d device) say(text []byte) (int, error) {
	written, err := syscall.Write(d.file, text)
	if err != nil && !passing(err) {
		return 0, err
	}
	return max(written, 0), nil
}

// look reads the next line, if one was typed.
func (d device) look() (line string, typed bool, err error) {
	text := make([]byte, 4_096)
	read, err := syscall.Read(d.file, text)
	switch {
	case err != nil && passing(err):
		return "", false, nil
	case err != nil:
		return "", false, err
	case read == 0:
		return "", false, io.EOF
	}
	return string(text[:read]), true, nil
}

// passing is an error after which the same may be tried again.
func passing(err error) bool { return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) }
