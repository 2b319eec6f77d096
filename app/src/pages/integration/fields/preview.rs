//! The asset selector as an editor would see it, for the options of the form beside it.
//!
//! It is a picture: nothing in it can be used but what is chosen in the form and the language above it. It is drawn anew
//! at each keystroke, from assets that came with the page.

use crate::components::feedback::error_message::refusal;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::reactive::suspend::suspend;
use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::Fields;
use crate::pages::integration::fields::page_url::Address;
use domain::integration::selector::preview::{Preview, PreviewAsset, PreviewSource};
use domain::integration::selector::{AssetType, Language, Options, SelectionMode, Words};
use leptos::prelude::*;

/// The preview, with whose assets it shows and in which language.
#[component]
pub fn LivePreview(
    /// The page.
    fields: Fields,
    /// What the selector would be opened with.
    options: Memo<Options>,
) -> impl IntoView {
    let language = fields.language();
    let assets = fields.preview;
    let whole = move || {
        suspend(async move {
            match assets.await {
                Ok(preview) => drawn(preview, options, language).into_any(),
                Err(failure) => refusal("The preview", failure),
            }
        })
    };
    let is_open = move || options.with(|options| options.mode.is_none());
    view! {
        <section class="preview" aria-labelledby="preview">
            <div class="preview-head">
                <h3 id="preview">"Live preview"</h3>
                <LanguagePicker fields />
            </div>
            <Suspense>{whole}</Suspense>
            {move || {
                is_open()
                    .then(|| {
                        view! {
                            <p class="help">
                                "The selection mode is left to the connector. Shown is what the selector does by itself: \
                                 several assets."
                            </p>
                        }
                    })
            }}
        </section>
    }
    .into_any()
}

/// The languages, to look at the preview in each; what is saved stays as it is. Links, as they lead there without script.
#[component]
fn LanguagePicker(fields: Fields) -> impl IntoView {
    let language = fields.language();
    let links = Language::ALL.iter().map(|one| {
        let href = move || {
            fields
                .address
                .with(|address: &Address| address.speaking(*one).to_string())
        };
        let current = move || (language.get() == *one).then_some("true");
        view! {
            <a
                href=href
                aria-current=current
                title=format!("Preview in {}", one.label())
                data-noscroll
                on:click=move |event| {
                    event.prevent_default();
                    fields.spoken.set(Some(*one));
                }
            >
                {one.label()}
            </a>
        }
    });
    view! {
        <div class="languages" role="group" aria-label="Language of the preview">
            {links.collect_view()}
        </div>
    }
}

fn drawn(preview: Preview, options: Memo<Options>, language: Memo<Language>) -> impl IntoView {
    let Preview { assets, source } = preview;
    let assets = StoredValue::new(assets);
    view! {
        {whose(source)}
        <div class="selector" lang=move || language.get().tag()>
            {move || {
                let words = language.get().words();
                options.with(|options| assets.with_value(|assets| selector(assets, options, words)))
            }}
        </div>
    }
}

fn whose(source: PreviewSource) -> impl IntoView {
    let (words, problem) = match source {
        PreviewSource::Dam(host) => (format!("Your assets from {host}"), None),
        PreviewSource::Samples => ("Sample assets".to_owned(), None),
        PreviewSource::SamplesInstead(problem) => ("Sample assets".to_owned(), Some(problem)),
    };
    view! {
        <p class="preview-source">{words}</p>
        {problem
            .map(|problem| {
                view! {
                    <Notice kind=Kind::Warning>
                        <p>"Your own assets cannot be shown: " {problem}</p>
                    </Notice>
                }
            })}
    }
}

/// The selector with what it shows when it opens, and the first of it selected.
fn selector(assets: &[PreviewAsset], options: &Options, words: &'static Words) -> impl IntoView + use<> {
    let mode = options.mode.unwrap_or(SelectionMode::Several);
    let shown: Vec<&PreviewAsset> = assets.iter().filter(|asset| asset.is_shown(options)).collect();
    let most = if mode == SelectionMode::Several { 2 } else { 1 };
    let selected = shown.len().min(most);
    let count = words.count(shown.len());
    let is_empty = shown.is_empty();
    let items: Vec<_> = shown
        .into_iter()
        .enumerate()
        .map(|(index, asset)| tile(asset, index < selected, words))
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
        .map(|kind| view! { <li>{words.filter(*kind)}</li> });
    let searched = if term.is_some() {
        "selector-term"
    } else {
        "selector-term none"
    };
    view! {
        <div class="selector-top">
            <p class="selector-title">{words.title(mode)}</p>
            <p class="selector-search">
                <Draw icon=Icon::Search size="small" />
                <span class=searched>{term.unwrap_or_else(|| words.search.to_owned())}</span>
            </p>
            <div class="selector-filters">
                <ul>{filters.collect_view()}</ul>
                <p class="selector-count">{count.clone()}</p>
            </div>
        </div>
        {if is_empty {
            view! {
                <div class="selector-empty">
                    <Draw icon=Icon::Search size="large" />
                    <p>
                        <strong>{words.nothing_found}</strong>
                    </p>
                    <p>{words.try_else}</p>
                </div>
            }
                .into_any()
        } else {
            // What scrolls can be reached by the keyboard.
            view! {
                <div class="selector-assets" tabindex="0" role="group" aria-label=count>
                    <ul class="selector-grid">{items}</ul>
                </div>
            }
                .into_any()
        }}
        <div class="selector-foot">
            {(mode == SelectionMode::SingleFile)
                .then(|| {
                    view! {
                        <span class="selector-file">
                            {words.original} <Draw icon=Icon::ChevronDown size="small" />
                        </span>
                    }
                })} <span class="selector-button">{words.cancel}</span>
            <span class="selector-button add" class:off=is_empty>
                {words.add(mode, selected)}
            </span>
        </div>
    }
}

fn tile(asset: &PreviewAsset, is_selected: bool, words: &'static Words) -> impl IntoView + use<> {
    let kind = asset.kind.code();
    let picture = match asset.thumbnail.clone() {
        Some(source) => view! { <img src=source alt="" width="320" height="240" loading="lazy" /> }.into_any(),
        None => view! { <span class="selector-blank"></span> }.into_any(),
    };
    view! {
        <li class:selected=is_selected>
            <span class="selector-picture" data-kind=kind>
                {picture}
                <span class="selector-mark" hidden=!is_selected>
                    <Draw icon=Icon::Check size="small" />
                </span>
            </span>
            <span class="selector-name">{asset.name.clone()}</span>
            <span class="selector-kind">{words.kind(asset.kind)}</span>
            {asset.limited_use.then(|| view! { <span class="selector-limited">{words.limited_use}</span> })}
        </li>
    }
}
