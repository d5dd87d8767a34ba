//go:build !unix

package terminal

import "errors"

// device does not exist here, so nothing is asked and nothing runs.
type device struct{}

func open() (device, error) { return device{}, errors.ErrUnsupported }

func (device) close() {}

func (device) say([]byte) (int, error) { return 0, errors.ErrUnsupported }

func (device) look() (string, bool, error) { return "", false, errors.ErrUnsupported }
