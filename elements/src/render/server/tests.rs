//! Compares the HTML of elements with what Leptos writes.

use crate::prelude::*;
use crate::tags::{br, button, div, input, p, script, span, svg, textarea};
use crate::{Children, Element};
use futures::executor::block_on;
use leptos::attr::id;
use leptos::html;
use std::sync::{Arc, Mutex};

/// Returns HTML without the markers that the browser needs to find places. Leptos marks the end of the children and of
/// optional ones, which are fixed here.
fn without_markers(view: impl RenderHtml) -> String {
    view.to_html().replace("<!>", "")
}

#[test]
fn html_is_that_of_leptos() {
    let ours = p()
        .child("a & \"b\"")
        .class("muted")
        .title("\"<x>\"")
        .hidden(true)
        .child(span().child("c"));
    let theirs = html::p()
        .child("a & \"b\"")
        .class("muted")
        .title("\"<x>\"")
        .hidden(true)
        .child(html::span().child("c"));
    assert_eq!(without_markers(ours), without_markers(theirs));

    let ours = input()
        .r#type("checkbox")
        .checked(false)
        .value(None::<String>)
        .maxlength(3_usize)
        .aria_label("x".to_owned());
    let theirs = html::input()
        .r#type("checkbox")
        .checked(false)
        .value(None::<String>)
        .maxlength(3_usize)
        .aria_label("x".to_owned());
    assert_eq!(without_markers(ours), without_markers(theirs));

    let ours = div()
        .child(br())
        .child("a".to_owned())
        .child("b")
        .child(Some(span()))
        .child(())
        .child(vec![span()]);
    let theirs = html::div()
        .child(html::br())
        .child("a".to_owned())
        .child("b")
        .child(Some(html::span()))
        .child(())
        .child(vec![html::span()]);
    assert_eq!(without_markers(ours), without_markers(theirs));
}

#[test]
fn special_characters_are_escaped_wherever_they_stand() {
    for special in ["&", "<", ">", "\""] {
        for offset in 0..40 {
            let text = format!("{}{special}{}", "x".repeat(offset), "y".repeat(40 - offset));
            let ours = p().title(text.clone()).child(text.clone());
            let theirs = html::p().title(text.clone()).child(text);
            assert_eq!(without_markers(ours), without_markers(theirs));
        }
    }
}

#[test]
fn absent_children_are_marked() {
    let element = p()
        .child(None::<Element>)
        .child("a")
        .child(Some("b"))
        .child(Some(span()))
        .child(None::<&str>);
    assert_eq!(element.to_html(), "<p><!>a<!>b<span></span><!></p>");
}

#[test]
fn lists_end_with_a_marker() {
    let rows = vec![span().into_view(), span().child("b").into_view()];
    let element = div().child("a").child(rows).child(3_usize).child("c");
    assert_eq!(element.to_html(), "<div>a<span></span><span>b</span><!>3<!>c</div>");
    assert_eq!(without_markers(div().child(vec!["a", "b"])), "<div>ab</div>");
}

#[test]
fn text_after_a_view_is_separated() {
    let element = div().child((|| "a").into_any()).child("b").child(span()).child("c");
    assert_eq!(element.to_html(), "<div>a<!>b<span></span>c</div>");
    let element = div().child(span().into_any()).child("b").child("");
    assert_eq!(element.to_html(), "<div><span></span>b<!> </div>");
    // The position within the element before does not matter.
    let element = div().child(p().child("a").child(|| "b")).child("c");
    assert_eq!(element.to_html(), "<div><p>a<!>b</p>c</div>");
}

#[test]
fn several_nodes_are_written_next_to_each_other() {
    let nodes = || {
        Children::from(vec![
            "<a>".into_maybe_erased(),
            span().into_maybe_erased(),
            None::<Element>.into_maybe_erased(),
            vec![br().into_view()].into_maybe_erased(),
            "b".into_any().into_maybe_erased(),
            "c".into_maybe_erased(),
        ])
    };
    let expected = "&lt;a&gt;<span></span><!><br><!>b<!>c";
    assert_eq!(nodes().to_html(), expected);
    assert_eq!(div().child(nodes()).to_html(), format!("<div>{expected}</div>"));
    assert_eq!(
        div().child(nodes().into_any()).to_html(),
        format!("<div>{expected}</div>")
    );
    assert_eq!(block_on(nodes().resolve()).to_html(), expected);
    // An attribute on a component of several nodes reaches the elements among them.
    assert_eq!(
        nodes().add_any_attr(id("x")).to_html(),
        "&lt;a&gt;<span id=\"x\"></span><!><br><!>b<!>c"
    );
    let with_attribute = nodes().into_any().add_any_attr(id("x"));
    assert_eq!(
        with_attribute.to_html(),
        "&lt;a&gt;<span id=\"x\"></span><!><br id=\"x\"><!>b<!>c"
    );
}

#[test]
fn children_with_reactive_attributes_keep_their_places() {
    let owner = Owner::new();
    owner.with(|| {
        let is_on = RwSignal::new(false);
        let inner = button().class(("on", move || is_on.get())).class("small").child("b");
        let element = div().child("a").child(inner).child("c").child(span());
        is_on.set(true);
        assert_eq!(
            element.to_html(),
            "<div>a<button class=\"small on\">b</button>c<span></span></div>"
        );
    });
}

#[test]
fn icons_contain_their_html() {
    let icon = svg()
        .class("icon")
        .attr("viewBox", "0 0 24 24")
        .inner_html("<path d=\"M4 4v16\"/>");
    assert_eq!(
        icon.to_html(),
        "<svg viewBox=\"0 0 24 24\" class=\"icon\"><path d=\"M4 4v16\"/></svg>"
    );
}

#[test]
fn reactive_attributes_are_written_with_their_current_value() {
    let owner = Owner::new();
    owner.with(|| {
        let text = RwSignal::new("a");
        let shared = Arc::new(Mutex::new(|| Some("b"))) as Arc<Mutex<dyn FnMut() -> Option<&'static str> + Send>>;
        let element = p()
            .id(text)
            .title(move || text.get().to_owned() + "\"")
            .lang(shared)
            .hidden(Signal::derive(|| false));
        text.set("c");
        assert_eq!(element.to_html(), "<p id=\"c\" title=\"c&quot;\" lang=\"b\"></p>");
    });
}

#[test]
fn classes_are_written_together() {
    let element = button()
        .class("small")
        .class(("on", true))
        .class(("off", false))
        .class(("now", || true))
        .id("x");
    assert_eq!(element.to_html(), "<button id=\"x\" class=\"small on now\"></button>");
    assert_eq!(
        button().class("").class(("off", || false)).to_html(),
        "<button></button>"
    );
}

#[test]
fn spread_attributes_are_written() {
    assert_eq!(
        p().lang("en").add_any_attr(id("x")).to_html(),
        "<p lang=\"en\" id=\"x\"></p>"
    );
    // An attribute on a component reaches the component's element, and its class replaces the element's.
    let view = p()
        .class("a")
        .into_any()
        .add_any_attr(leptos::tachys::html::class::class("b"));
    assert_eq!(view.to_html(), "<p class=\"b\"></p>");
}

#[test]
fn raw_text_is_not_escaped() {
    assert_eq!(script().child("1 < 2").to_html(), "<script>1 < 2</script>");
    assert_eq!(
        textarea().child("a").rows("2").to_html(),
        "<textarea rows=\"2\">a</textarea>"
    );
}

#[test]
fn stream_is_the_same_as_the_text() {
    let element = || div().child(p().child("a").child("b")).child(|| "c").child(br()).id("x");
    let mut stream = element().to_html_stream_in_order();
    let streamed: String = block_on(async {
        use futures::StreamExt;
        let mut text = String::new();
        while let Some(chunk) = stream.next().await {
            text.push_str(&chunk);
        }
        text
    });
    assert_eq!(streamed, element().to_html());
}

#[test]
fn resolved_children_keep_their_places() {
    let nested = p().child(|| "b").child("c");
    let element = div().child(|| "a").child(nested).child("d").child(|| "e");
    let html = block_on(element.resolve()).to_html();
    assert_eq!(html, "<div>a<p>b<!>c</p>d<!>e</div>");
}

#[test]
fn dry_resolve_reads_what_reactive_attributes_read() {
    let calls = Arc::new(Mutex::new(0));
    let count = Arc::clone(&calls);
    let mut element = div().child(p().id(move || {
        *count.lock().unwrap() += 1;
        "x"
    }));
    element.dry_resolve();
    assert_eq!(*calls.lock().unwrap(), 1);
}
