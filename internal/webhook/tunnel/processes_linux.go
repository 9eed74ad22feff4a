package tunnel

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// processes lists what runs, from /proc, or by ps where that is not mounted.
func processes() (all []process) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return listed()
	}
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		if p, ok := parseStat(stat); ok {
			all = append(all, p)
		}
	}
	return all
}

// parseStat reads /proc/PID/stat: after the ID stands the name in parentheses, which may hold anything, and from there
// on the state, the parent, the group and the session, and as the 22nd field of all the start in ticks since the boot.
func parseStat(stat []byte) (p process, ok bool) {
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return p, false
	}
	fields := bytes.Fields(stat[end+1:])
	if len(fields) < 20 {
		return p, false
	}
	numbers := [3]int{}
	for i, text := range [][]byte{bytes.TrimSpace(stat[:open]), fields[1], fields[3]} {
		n, err := strconv.Atoi(string(text))
		if err != nil {
			return p, false
		}
		numbers[i] = n
	}
	state := fields[0][0]
	return process{
		pid: numbers[0], parent: numbers[1], session: numbers[2],
		born: string(fields[19]), dead: state == 'Z' || state == 'X',
	}, true
}
