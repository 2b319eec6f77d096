//! Children as views of their own: what components return, and several nodes next to each other.

use super::fragment::{PLACEHOLDER, write_text};
use super::output::{Context, Output};
use super::view::HtmlView;
use crate::child::{Child, Children};
use leptos::prelude::{AnyView, IntoAny, RenderHtml};
use leptos::tachys::view::Position;

impl HtmlView for Child {
    fn approximate_len(&self) -> usize {
        match self {
            Self::Element(element) => element.approximate_len(),
            Self::Any(view) => view.html_len(),
            Self::List(list) => list.iter().map(HtmlView::approximate_len).sum(),
            Self::Text(text) | Self::Html(text) => text.len(),
            Self::Empty => PLACEHOLDER.len(),
        }
    }

    fn read_reactive_values(&mut self) {
        match self {
            Self::Element(element) => element.read_reactive_values(),
            Self::Any(view) => view.dry_resolve(),
            Self::List(list) => list.iter_mut().for_each(HtmlView::read_reactive_values),
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        match self {
            Self::Element(element) => element.take_views(views),
            Self::Any(view) => views.push(std::mem::replace(&mut **view, ().into_any())),
            Self::List(list) => list.iter_mut().for_each(|element| element.take_views(views)),
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        match self {
            Self::Element(element) => element.put_views(views),
            Self::Any(view) => {
                if let Some(resolved) = views.next() {
                    **view = resolved;
                }
            }
            Self::List(list) => list.iter_mut().for_each(|element| element.put_views(views)),
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    fn write(self, output: &mut impl Output, context: Context<'_>) {
        let next = match self {
            Self::Element(element) => return element.write(output, context),
            Self::Any(view) => return output.push_view(*view, context),
            Self::Text(text) => {
                let is_after_text = *context.position == Position::NextChildAfterText;
                output.with_html(|html| {
                    if context.escape {
                        write_text(&text, is_after_text, html);
                    } else {
                        html.push_str(&text);
                    }
                });
                Position::NextChildAfterText
            }
            Self::Empty => {
                output.push_html(PLACEHOLDER);
                Position::NextChild
            }
            Self::Html(html) => {
                output.push_html(&html);
                Position::NextChild
            }
            Self::List(list) => {
                for element in list {
                    element.write_with(output, context.mark_branches, context.extra.clone());
                }
                output.push_html(PLACEHOLDER);
                Position::NextChild
            }
        };
        *context.position = next;
    }
}

impl HtmlView for Children {
    fn approximate_len(&self) -> usize {
        self.0.iter().map(HtmlView::approximate_len).sum()
    }

    fn read_reactive_values(&mut self) {
        self.0.iter_mut().for_each(HtmlView::read_reactive_values);
    }

    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        self.0.iter_mut().for_each(|child| child.take_views(views));
    }

    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        self.0.iter_mut().for_each(|child| child.put_views(views));
    }

    fn write(self, output: &mut impl Output, context: Context<'_>) {
        for child in self.0 {
            let position = &mut *context.position;
            let extra = context.extra.clone();
            child.write(
                output,
                Context {
                    position,
                    extra,
                    ..context
                },
            );
        }
    }
}
