//! The API reference: a page without scripts, rendered from the OpenAPI document.

use crate::api::openapi;
use crate::http::html::escape;
use crate::http::paths::API_DOCS_STYLESHEET;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::fmt::Write;
use std::future::{Ready, ready};
use utoipa::openapi::OpenApi;

const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Returns a handler that serves the page. It is rendered once.
pub(crate) fn serve_page(document: &OpenApi) -> impl Fn() -> Ready<Response> + Clone + use<> {
    let page = Bytes::from(render_page(&serde_json::to_value(document).unwrap_or_default()));
    move || ready(asset_response("text/html; charset=utf-8", page.clone()))
}

/// Serves the stylesheet.
pub(crate) async fn stylesheet() -> Response {
    asset_response("text/css; charset=utf-8", include_str!("docs.css").into())
}

fn asset_response(media_type: &'static str, body: Bytes) -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, body).into_response()
}

fn render_page(document: &Value) -> String {
    let mut body = String::new();
    let operations = operations(document);
    let mut tags: Vec<&str> = Vec::new();
    for operation in &operations {
        if !tags.contains(&operation.tag) {
            tags.push(operation.tag);
        }
    }
    let mut contents = String::new();
    for tag in &tags {
        let _ = write!(contents, "<li><a href=\"#{0}\">{1}</a></li>", slug(tag), escape(tag));
        let _ = write!(body, "<section id=\"{0}\"><h2>{1}</h2>", slug(tag), escape(tag));
        for operation in operations.iter().filter(|operation| operation.tag == *tag) {
            operation.render(document, &mut body);
        }
        body.push_str("</section>");
    }
    let info = &document["info"];
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>API reference · Gatehouse</title>\n\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"{API_DOCS_STYLESHEET}\">\n</head>\n\
         <body>\n<header><p><a href=\"/\">Gatehouse</a></p><h1>API reference</h1><p>{description}</p>\
         <p>OpenAPI document: <a href=\"{json}\">{json}</a>. Server: <code>{server}</code></p>\
         <nav aria-label=\"Contents\"><ul>{contents}</ul></nav></header>\n<main>{body}</main>\n</body>\n</html>\n",
        description = escape(text(&info["description"])),
        json = openapi::PATH,
        server = escape(text(&document["servers"][0]["url"])),
    )
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    tag: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .into_iter()
                .flatten()
                .map(move |(method, value)| Operation {
                    method,
                    path,
                    tag: value["tags"][0].as_str().unwrap_or("Other"),
                    value,
                })
        })
        .collect()
}

impl Operation<'_> {
    fn render(&self, document: &Value, out: &mut String) {
        let method = self.method.to_uppercase();
        let _ = write!(
            out,
            "<article><h3><span class=\"method\">{method}</span> <code>{}</code></h3><p>{}</p>",
            escape(self.path),
            escape(text(&self.value["summary"]))
        );
        render_security(&self.value["security"], out);
        render_parameters(&self.value["parameters"], out);
        render_body(&self.value["requestBody"], document, out);
        out.push_str("<h4>Responses</h4><dl>");
        for (status, response) in self.value["responses"].as_object().into_iter().flatten() {
            let _ = write!(
                out,
                "<dt>{}</dt><dd>{}",
                escape(status),
                escape(text(&response["description"]))
            );
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let _ = write!(
                    out,
                    " <span class=\"kind\">{} · {}</span>",
                    escape(kind),
                    type_name(&content["schema"])
                );
            }
            out.push_str("</dd>");
        }
        out.push_str("</dl>");
        for status in ["200", "202"] {
            let success = &self.value["responses"][status]["content"]["application/json"]["schema"];
            render_members(success, document, out);
        }
        out.push_str("</article>");
    }
}

fn render_security(security: &Value, out: &mut String) {
    let schemes: Vec<String> = security
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|requirement| requirement.as_object().into_iter().flatten())
        .map(|(scheme, scopes)| {
            let scopes: Vec<&str> = scopes
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            match (scheme.as_str(), scopes.is_empty()) {
                ("oauth1", _) => "an OAuth 1.0a signature".to_owned(),
                ("apiKey", _) => "the account’s API key in the X-Api-Key header".to_owned(),
                ("apiKeyAsBearer", _) => "the account’s API key as a bearer token".to_owned(),
                ("client", _) => "the client ID and client secret".to_owned(),
                (_, true) => "an access token".to_owned(),
                (_, false) => format!("an access token with <code>{}</code>", escape(&scopes.join(" "))),
            }
        })
        .collect();
    if !schemes.is_empty() {
        let _ = write!(out, "<p>Authentication: {}.</p>", schemes.join(", or "));
    }
}

fn render_parameters(parameters: &Value, out: &mut String) {
    let Some(parameters) = parameters.as_array().filter(|parameters| !parameters.is_empty()) else {
        return;
    };
    out.push_str("<h4>Parameters</h4><dl>");
    for parameter in parameters {
        let optional = if parameter["required"] == true {
            ""
        } else {
            " <span class=\"kind\">optional</span>"
        };
        let _ = write!(
            out,
            "<dt><code>{}</code>{optional}</dt><dd>{}</dd>",
            escape(text(&parameter["name"])),
            escape(text(&parameter["description"]))
        );
    }
    out.push_str("</dl>");
}

fn render_body(body: &Value, document: &Value, out: &mut String) {
    for (kind, content) in body["content"].as_object().into_iter().flatten() {
        let _ = write!(
            out,
            "<h4>Request body <span class=\"kind\">{}</span></h4>",
            escape(kind)
        );
        if let Some(description) = body["description"].as_str() {
            let _ = write!(out, "<p>{}</p>", escape(description));
        }
        render_members(&content["schema"], document, out);
    }
}

/// Renders the members of an object, or of the objects in an array.
fn render_members(schema: &Value, document: &Value, out: &mut String) {
    let schema = if schema["items"].is_object() {
        &schema["items"]
    } else {
        schema
    };
    let schema = resolve(schema, document);
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    out.push_str("<details><summary>Properties</summary><dl>");
    for (name, property) in properties {
        let optional = if required.contains(&name.as_str()) {
            ""
        } else {
            " <span class=\"kind\">optional</span>"
        };
        let _ = write!(
            out,
            "<dt><code>{}</code> <span class=\"kind\">{}</span>{optional}</dt><dd>{}</dd>",
            escape(name),
            type_name(property),
            escape(text(&property["description"]))
        );
    }
    out.push_str("</dl></details>");
}

fn resolve<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    match schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        Some(pointer) => document.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

fn type_name(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return escape(reference.rsplit('/').next().unwrap_or_default());
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("array of {}", type_name(&schema["items"])),
        Value::String(kind) => escape(kind),
        Value::Array(kinds) => escape(
            kinds
                .iter()
                .filter_map(Value::as_str)
                .find(|kind| *kind != "null")
                .unwrap_or(""),
        ),
        _ => String::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn slug(text: &str) -> String {
    text.to_lowercase().replace(' ', "-")
}
