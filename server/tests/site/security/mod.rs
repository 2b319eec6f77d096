mod api_paths;
mod csrf;
mod form_redirects;
mod html_escaping;
mod secret_leaks;
mod security_headers;
