package app

// PublicURLIs says that the server is reached under another public URL from now on.
func (a *App) PublicURLIs(url string) { a.custody.want(url) }
