//! Live preview of the asset selector with the options of the form beside it.
//!
//! The preview isn't interactive, except for its language. It is rendered again on each keystroke, from assets that were
//! loaded with the page.

use crate::components::feedback::error_message::access_error;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::icons::{Icon, IconView};
use crate::pages::integration::fields::FieldsState;
use crate::pages::integration::fields::page_url::FieldsUrl;
use domain::coded_enum::CodedEnum;
use domain::integration::selector::preview::{Preview, PreviewAsset, PreviewSource};
use domain::integration::selector::{AssetType, Language, Options, SelectionMode, SelectorStrings};
use leptos::prelude::*;

/// Renders the preview with its language picker and the source of its assets.
#[component]
pub fn LivePreview(
    /// The state of the page.
    fields: FieldsState,
    /// The options that the selector opens with.
    options: Memo<Options>,
) -> impl IntoView {
    let language = fields.language();
    let assets = fields.preview;
    let content = dynamic(move || {
        suspend(async move {
            match assets.await {
                Ok(preview) => preview_content(preview, options, language).into_any(),
                Err(error) => access_error("view the preview", error),
            }
        })
    });
    let is_mode_unset = move || options.with(|options| options.mode.is_none());
    view! {
        <section class="preview" aria-labelledby="preview">
            <div class="preview-header">
                <h3 id="preview">"Live preview"</h3>
                <LanguagePicker fields />
            </div>
            <Suspense>{content}</Suspense>
            {dynamic(move || {
                is_mode_unset()
                    .then(|| {
                        view! {
                            <p class="help">
                                "The selection mode is the connector default. Showing multiple assets."
                            </p>
                        }
                    })
            })}
        </section>
    }
    .into_any()
}

/// Renders the choice of the preview's language, which doesn't change the saved one.
///
/// The choices are links, so that they work without JavaScript.
#[component]
fn LanguagePicker(fields: FieldsState) -> impl IntoView {
    let language = fields.language();
    let links = Language::ALL.iter().map(|choice| {
        let href = move || {
            fields
                .url
                .with(|url: &FieldsUrl| url.with_language(*choice).to_string())
        };
        let current = move || (language.get() == *choice).then_some("true");
        view! {
            <a
                href=href
                aria-current=current
                title=format!("Preview in {}", choice.label())
                data-noscroll
                on:click=move |event| {
                    event.prevent_default();
                    fields.preview_language.set(Some(*choice));
                }
            >
                {choice.label()}
            </a>
        }
    });
    view! {
        <div class="languages" role="group" aria-label="Preview language">
            {links.collect_view()}
        </div>
    }
}

fn preview_content(preview: Preview, options: Memo<Options>, language: Memo<Language>) -> impl IntoView {
    let Preview { assets, source } = preview;
    let assets = StoredValue::new(assets);
    view! {
        {source_notice(source)}
        <div class="selector" lang=move || language.get().tag()>
            {dynamic(move || {
                let strings = language.get().strings();
                options.with(|options| assets.with_value(|assets| selector(assets, options, strings)))
            })}
        </div>
    }
}

fn source_notice(source: PreviewSource) -> impl IntoView {
    let (label, error) = match source {
        PreviewSource::Dam(host) => (format!("Your assets from {host}"), None),
        PreviewSource::Samples => ("Sample assets".to_owned(), None),
        PreviewSource::FallbackSamples(error) => ("Sample assets".to_owned(), Some(error)),
    };
    view! {
        <p class="preview-source">{label}</p>
        {error
            .map(|error| {
                view! {
                    <Notice kind=NoticeKind::Warning>
                        <p>"Your assets couldn’t be loaded: " {error}</p>
                    </Notice>
                }
            })}
    }
}

/// Renders the selector as it opens, with its first assets selected.
fn selector(assets: &[PreviewAsset], options: &Options, strings: &'static SelectorStrings) -> impl IntoView + use<> {
    let mode = options.mode.unwrap_or(SelectionMode::Multiple);
    let shown: Vec<&PreviewAsset> = assets.iter().filter(|asset| asset.is_shown(options)).collect();
    let max_selected = if mode == SelectionMode::Multiple { 2 } else { 1 };
    let selected = shown.len().min(max_selected);
    let count = strings.count(shown.len());
    let is_empty = shown.is_empty();
    let items: Vec<_> = shown
        .into_iter()
        .enumerate()
        .map(|(index, asset)| asset_tile(asset, index < selected, strings))
        .collect();
    let term = options
        .default_search_term
        .clone()
        .map(|term| term.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|term| !term.is_empty());
    let types = options.asset_types.filter(|types| !types.is_empty());
    let filters = AssetType::ALL
        .iter()
        .filter(|kind| types.is_none_or(|types| types.has(**kind)))
        .map(|kind| view! { <li>{strings.filter(*kind)}</li> });
    let term_class = if term.is_some() {
        "selector-term"
    } else {
        "selector-term none"
    };
    view! {
        <div class="selector-header">
            <p class="selector-title">{strings.title(mode)}</p>
            <p class="selector-search">
                <IconView icon=Icon::Search size="small" />
                <span class=term_class>{term.unwrap_or_else(|| strings.search.to_owned())}</span>
            </p>
            <div class="selector-filters">
                <ul>{filters.collect_view()}</ul>
                <p class="selector-count">{count.clone()}</p>
            </div>
        </div>
        {if is_empty {
            view! {
                <div class="selector-empty">
                    <IconView icon=Icon::Search size="large" />
                    <p>
                        <strong>{strings.nothing_found}</strong>
                    </p>
                    <p>{strings.no_results_hint}</p>
                </div>
            }
                .into_any()
        } else {
            // A scrollable region must be reachable by keyboard.
            view! {
                <div class="selector-assets" tabindex="0" role="group" aria-label=count>
                    <ul class="selector-grid">{items}</ul>
                </div>
            }
                .into_any()
        }}
        <div class="selector-footer">
            {(mode == SelectionMode::SingleFile)
                .then(|| {
                    view! {
                        <span class="selector-file">
                            {strings.original} <IconView icon=Icon::ChevronDown size="small" />
                        </span>
                    }
                })} <span class="selector-button">{strings.cancel}</span>
            <span class="selector-button add" class:disabled=is_empty>
                {strings.add(mode, selected)}
            </span>
        </div>
    }
}

fn asset_tile(asset: &PreviewAsset, is_selected: bool, strings: &'static SelectorStrings) -> impl IntoView + use<> {
    let kind = asset.kind.code();
    let picture = match asset.thumbnail.clone() {
        Some(source) => view! { <img src=source alt="" width="320" height="240" loading="lazy" /> }.into_any(),
        None => view! { <span class="selector-blank"></span> }.into_any(),
    };
    view! {
        <li class:selected=is_selected>
            <span class="selector-picture" data-kind=kind>
                {picture}
                <span class="selector-check" hidden=!is_selected>
                    <IconView icon=Icon::Check size="small" />
                </span>
            </span>
            <span class="selector-name">{asset.name.clone()}</span>
            <span class="selector-type">{strings.kind(asset.kind)}</span>
            {asset.limited_use.then(|| view! { <span class="selector-limited">{strings.limited_use}</span> })}
        </li>
    }
}
