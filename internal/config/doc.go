// Package config reads what the user has set outside the command line: the environment and a .env
// file, with the place each value came from, the settings file of the screens with the line of each
// setting, and the folders that histories, logs and that file live in.
//
// The environment wins over the file, and a flag, which is internal/cli's to read, over both. Only
// names that begin with PLIVO_, PLIVOSCOPE_ or NGROK_ are kept; PORT and BASE_URL belong to the
// developer's own app. Values are never changed on the way: one with a stray space or quote is used
// as it is and told of by [Env.Warnings], since a program that mended it in silence would hide why the
// developer's own app fails.
//
// A token is a [Secret] from here on. No error and no warning of this package repeats a value.
//
// It imports the standard library and godotenv, and is its only importer. It creates no file.
package config
