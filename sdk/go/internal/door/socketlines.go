package door

import (
	"context"
	"sync"
)

// socketWay is the first of some places where Aegis listens, over one connection that all requests share.
type socketWay struct {
	places []string
	key    string

	mutex sync.Mutex
	open  map[string]*lines
	// ended refuses new connections once the client was closed.
	ended bool
}

// connected is nil without an error where nobody listens at any place.
func (s *socketWay) connected(ctx context.Context) (*lines, error) {
	for _, place := range s.places {
		safe, err := isSafeSocket(place)
		if err != nil {
			return nil, err
		}
		if !safe {
			continue
		}
		found, err := s.at(ctx, place)
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil
}

func (s *socketWay) at(ctx context.Context, place string) (*lines, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.ended {
		return nil, errClosed
	}
	if known := s.open[place]; known != nil && known.cause() == nil {
		return known, nil
	}
	made, err := dialLines(ctx, place, s.key)
	if made != nil {
		if s.open == nil {
			s.open = map[string]*lines{}
		}
		s.open[place] = made
	}
	return made, err
}

func (s *socketWay) close() {
	s.mutex.Lock()
	s.ended = true
	open := s.open
	s.open = nil
	s.mutex.Unlock()
	for _, one := range open {
		one.close()
	}
}
