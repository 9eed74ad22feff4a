package signature

// What to set in the common frameworks, by what it is that they get wrong. The texts are shown as they
// are; each stands for the framework's current major version unless it names others.

// settingsProxy make an application see scheme, host and port as the sender did.
var settingsProxy = []Setting{
	{"Express", "app.set('trust proxy', 1) // proxies in front\nconst url = `${req.protocol}://${req.get('x-forwarded-host') ?? req.get('host')}${req.originalUrl}`"},
	{"Flask", "app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1, x_port=1, x_prefix=1)  # from werkzeug.middleware.proxy_fix\nThen request.url is the public one."},
	{"Django", "SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\")\nUSE_X_FORWARDED_HOST = True  # and USE_X_FORWARDED_PORT = True, then request.build_absolute_uri()"},
	{"FastAPI", "uvicorn app:app --proxy-headers --forwarded-allow-ips='*'\nThat sets the scheme; the host of request.url is the Host header, so let the proxy pass it on."},
	{"Rails", "config.assume_ssl = true  # Rails 7.1 and later, where the proxy ends TLS\nrequest.original_url follows X-Forwarded-Proto, -Host and -Port otherwise."},
	{"Laravel", "->withMiddleware(fn (Middleware $m) => $m->trustProxies(at: '*'))  // bootstrap/app.php, Laravel 11 and later\nOlder: $proxies = '*' in App\\Http\\Middleware\\TrustProxies. Then $request->getSchemeAndHttpHost() is the public one."},
	{"Spring", "server.forward-headers-strategy=framework  # application.properties; or register a ForwardedHeaderFilter\nThen request.getRequestURL() is the public URL."},
	{"ASP.NET Core", "builder.Services.Configure<ForwardedHeadersOptions>(o => o.ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost);\napp.UseForwardedHeaders();  // first; set KnownProxies for a proxy that is not on loopback"},
	{"Go", "r.URL of a server has no scheme or host, and net/http reads no X-Forwarded header: keep the public origin in the configuration and add r.URL.EscapedPath() to it."},
	{"nginx", "proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Proto $scheme;"},
}

// settingsPrefix make an application see the path whole that a router or a proxy took a prefix from.
var settingsPrefix = []Setting{
	{"Express", "req.originalUrl keeps the prefix that app.use('/prefix', router) takes from req.url."},
	{"Flask", "ProxyFix(app.wsgi_app, x_prefix=1) reads X-Forwarded-Prefix; request.url then has it."},
	{"Django", "FORCE_SCRIPT_NAME = \"/prefix\"  # or let the server set SCRIPT_NAME"},
	{"FastAPI", "uvicorn app:app --root-path /prefix\nA mounted application has its prefix in request.scope[\"root_path\"]."},
	{"Rails", "request.original_fullpath keeps what a mounted engine or a scope takes away."},
	{"Laravel", "$request->getBaseUrl() . $request->getPathInfo(); a proxy's prefix comes with Request::HEADER_X_FORWARDED_PREFIX in trustProxies(headers: …)."},
	{"Spring", "request.getRequestURL() has the context path; server.forward-headers-strategy=framework adds X-Forwarded-Prefix."},
	{"ASP.NET Core", "Request.PathBase + Request.Path; a proxy's prefix with app.UsePathBase(\"/prefix\")."},
	{"Go", "http.StripPrefix changes r.URL.Path: check before it, or take r.RequestURI."},
	{"nginx", "proxy_pass http://app;  # without a path: one with a path replaces the prefix of the location"},
}

// settingsSlash keep a slash at the end of a path as it came.
var settingsSlash = []Setting{
	{"Express", "Routes match with and without the slash: take req.originalUrl, not the path of the route."},
	{"Flask", "@app.post(\"/sms/\", strict_slashes=False); a redirect to the other form loses the POST's body."},
	{"Django", "APPEND_SLASH = False, and a route that ends as the registered URL does."},
	{"FastAPI", "FastAPI(redirect_slashes=False), and a route that ends as the registered URL does."},
	{"Rails", "request.original_url keeps the slash; url_for adds one only with trailing_slash: true."},
	{"Laravel", "$request->url() and fullUrl() cut the slash off: take $request->getSchemeAndHttpHost() . $request->getRequestUri()."},
	{"Spring", "request.getRequestURL() keeps the slash; Spring 6 no longer matches both forms."},
	{"ASP.NET Core", "Request.Path keeps the slash; RouteOptions.AppendTrailingSlash matters to generated links alone."},
	{"Go", "http.ServeMux redirects /sms to /sms/ where only the pattern \"/sms/\" is there: register the URL's own form."},
}

// settingsRawPath give the path as it travelled, not decoded.
var settingsRawPath = []Setting{
	{"Express", "req.originalUrl is raw; req.params is decoded."},
	{"Flask", "request.environ[\"RAW_URI\"] (gunicorn and werkzeug) or [\"REQUEST_URI\"] (uWSGI) is raw; request.path is decoded."},
	{"Django", "request.get_full_path() encodes the decoded path anew; the raw one is request.META[\"RAW_URI\"] (gunicorn) or [\"REQUEST_URI\"] (uWSGI)."},
	{"FastAPI", "request.scope[\"raw_path\"] is raw; request.url.path is decoded."},
	{"Rails", "request.original_fullpath is raw."},
	{"Laravel", "$request->getRequestUri() is raw; $request->decodedPath() is not."},
	{"Spring", "request.getRequestURI() and getRequestURL() are raw; getServletPath() and getPathInfo() are decoded."},
	{"ASP.NET Core", "HttpContext.Features.Get<IHttpRequestFeature>().RawTarget is raw; Request.Path is decoded."},
	{"Go", "r.RequestURI is raw, r.URL.EscapedPath() nearly so; r.URL.Path is decoded."},
	{"nginx", "proxy_pass http://app;  # without a path: with one nginx passes the decoded and normalised path on"},
}

// settingsQuery give the query as it travelled.
var settingsQuery = []Setting{
	{"Express", "req.originalUrl has the query; req.path and req.baseUrl have not."},
	{"Flask", "request.url has the query; request.base_url has not."},
	{"Django", "request.build_absolute_uri() has the query; with request.path as its argument it has not."},
	{"FastAPI", "str(request.url) has the query; request.url.path has not."},
	{"Rails", "request.original_url has the query; request.path has not."},
	{"Laravel", "$request->getRequestUri() has the query; $request->url() has not, and fullUrl() sorts and encodes it anew."},
	{"Spring", "request.getRequestURL() has no query: add \"?\" + request.getQueryString()."},
	{"ASP.NET Core", "Request.GetEncodedUrl() has the query; Request.Path has not: add Request.QueryString."},
	{"Go", "r.RequestURI has the query; r.URL.Path has not: add \"?\" + r.URL.RawQuery."},
}

// settingsMethod give the method as it came, and keep a POST one.
var settingsMethod = []Setting{
	{"Express", "req.method, before method-override: the original is req.originalMethod after it."},
	{"Flask", "request.method; a middleware that reads X-HTTP-Method-Override changes it."},
	{"Django", "request.method; APPEND_SLASH redirects a POST to the path with the slash, and it arrives as a GET."},
	{"FastAPI", "request.method; its own redirects answer 307, which keeps a POST."},
	{"Rails", "request.request_method_symbol follows _method: request.method is what came."},
	{"Laravel", "$request->getRealMethod(); $request->method() follows _method and X-HTTP-Method-Override."},
	{"Spring", "request.getMethod(), outside HiddenHttpMethodFilter, which follows _method."},
	{"ASP.NET Core", "Request.Method, before UseHttpMethodOverride; UseHttpsRedirection answers 307, which keeps a POST."},
	{"Go", "r.Method; http.ServeMux answers 301 for a path without its slash until Go 1.25, and a POST arrives as a GET."},
	{"nginx", "return 308 https://$host$request_uri;  # 301 and 302 make a GET of a POST\nproxy_method, where it is set, replaces the method."},
}

// settingsBody give the parameters of the form as they were posted.
var settingsBody = []Setting{
	{"Express", "app.use(express.urlencoded({ extended: false })) // extended: true makes objects of a[b], and no body sanitiser before the check\nexpress.json() does not read Plivo's form."},
	{"Flask", "request.form.to_dict(); request.values mixes the query in."},
	{"Django", "request.POST.dict(); request.POST[name] gives the last of repeated names: getlist(name) has all. A form's cleaned_data is trimmed."},
	{"FastAPI", "await request.form(); a declared Form(…) or model drops what it does not declare and converts numbers."},
	{"Rails", "request.request_parameters (the form alone); params adds action, controller, format and the query. Rails.logger shows filtered values: do not copy from there."},
	{"Laravel", "TrimStrings and ConvertEmptyStringsToNull change the input: read $_POST, or except the route:\n->withMiddleware(fn (Middleware $m) => $m->trimStrings(except: [fn ($r) => $r->is('sms/*')])->convertEmptyStringsToNull(except: [fn ($r) => $r->is('sms/*')]))"},
	{"PHP", "$_POST, not $_REQUEST, which mixes the query and cookies in. Dots and spaces in names become underscores: parse file_get_contents('php://input') where a name has one."},
	{"Spring", "request.getParameterMap() mixes the query in: take out what request.getQueryString() has, or read the body with @RequestBody MultiValueMap<String, String>."},
	{"ASP.NET Core", "Request.Form, not Request.Query or a bound model, which turns empty strings into null and converts numbers."},
	{"Go", "r.PostForm after r.ParseForm(); r.Form mixes the query in."},
}
