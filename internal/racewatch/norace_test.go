//go:build !race

package racewatch_test

const raceDetector = false
