//! The first page of the section, with its cards in the order of the portal dashboard guide.

use crate::components::forms::save_form::SavedNotice;
use crate::components::forms::unsaved_changes::{FormTracker, UnsavedChanges, UnsavedChangesDialog};
use crate::components::overlay::form_dialog::form_error_dialog;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::page_data::PageData;
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::settings::api_key::ApiKeyCard;
use crate::pages::integration::settings::api_key::actions::RotateApiKey;
use crate::pages::integration::settings::api_key::dialogs::{RevokePreviousKeyDialog, RotateKeyDialog};
use crate::pages::integration::settings::connection::ConnectionCard;
use crate::pages::integration::settings::data::{SettingsData, form_draft, load_settings_data, reload_after_changes};
use crate::pages::integration::settings::language::LanguageCard;
use crate::pages::integration::settings::remote_logging::RemoteLoggingCard;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::integration::api_keys::{ApiKeys, Overlap};
use domain::integration::settings::Edit;
use leptos::prelude::*;
use std::sync::Arc;

/// The Settings tab: API key, Bynder settings, asset selector global settings and advanced settings.
pub struct IntegrationSettingsPage {
    url: Memo<PageUrl>,
    data: PageData<SettingsData>,
}

/// Holds the state that the cards share.
#[derive(Clone, Copy)]
struct CardsState {
    url: Memo<PageUrl>,
    /// The data of the last reload, if any. It updates the cards in place: new ones would lose the requests of the old
    /// ones, and the clicks on them.
    reloaded: RwSignal<Option<Arc<SettingsData>>>,
    /// Incremented after each change to reload the data.
    changes: RwSignal<u32>,
    connection: FormTracker,
    language: FormTracker,
    remote_logging: FormTracker,
}

impl Page for IntegrationSettingsPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        Self {
            url,
            data: PageData::new(|| (), move |()| load_settings_data(url.get_untracked().to_string())),
        }
    }

    fn view(this: Self) -> AnyView {
        let IntegrationSettingsPage { url, data } = this;
        let user = current_user();
        let all = UnsavedChanges::new(&[]);
        let changes = RwSignal::new(0);
        let state = CardsState {
            url,
            reloaded: reload_after_changes(changes),
            changes,
            connection: all.form(),
            language: all.form(),
            remote_logging: all.form(),
        };
        let content =
            dynamic(move || suspend(async move { render_or_error(data.await, user, |data| cards(data, state)).await }));
        let dialog = dynamic(move || {
            let url = url.get();
            let reloaded = state.reloaded.get();
            suspend(async move {
                let keys = match reloaded {
                    Some(reloaded) => reloaded.keys.clone(),
                    None => data.await.ok()?.keys,
                };
                open_dialog(keys, &url, changes)
            })
        });
        view! {
            <IntegrationLayout tab=Tab::Settings>
                <Suspense>{content}</Suspense>
            </IntegrationLayout>
            <Suspense>{dialog}</Suspense>
            <UnsavedChangesDialog forms=all />
        }
        .into_any()
    }
}

fn open_dialog(keys: ApiKeys, url: &PageUrl, changes: RwSignal<u32>) -> Option<AnyView> {
    match url.get("dialog") {
        "rotate" if keys.previous.is_none() => {
            let selected = Overlap::from_code(url.get("overlap")).unwrap_or(Overlap::ALL[0]);
            Some(view! { <RotateKeyDialog current=keys.current selected changes /> }.into_any())
        }
        "rotate" => form_error_dialog::<RotateApiKey>("Rotate the API key", Tab::Settings.path()),
        "revoke-key" => Some(view! { <RevokePreviousKeyDialog previous=keys.previous? changes /> }.into_any()),
        _ => None,
    }
}

fn cards(first: SettingsData, state: CardsState) -> AnyView {
    let CardsState {
        url, reloaded, changes, ..
    } = state;
    let key = first.key.clone();
    let conflicts = first.conflicts.clone();
    let first = Arc::new(first);
    let data = Signal::derive(move || reloaded.get().unwrap_or_else(|| Arc::clone(&first)));
    let saved = memo(move || url.with(|url| url.get("saved").to_owned()));
    let url = url.get_untracked();
    let (base, edit) = form_draft(&url).unzip();
    // Each card gets the revision and the conflicts of its own rejected form.
    let rejected_form = |is_rejected: bool| {
        if is_rejected {
            (base, conflicts.clone())
        } else {
            (None, None)
        }
    };
    let (connection, language, remote_logging) = match edit {
        Some(Edit::Connection(form)) => (Some(form), None, None),
        Some(Edit::Global(form)) => (None, Some(form.language), None),
        Some(Edit::RemoteLogging(on)) => (None, None, Some(on)),
        _ => (None, None, None),
    };
    let connection_rejected = rejected_form(connection.is_some());
    let language_rejected = rejected_form(language.is_some());
    let remote_logging_rejected = rejected_form(remote_logging.is_some());
    view! {
        {dynamic(move || view! { <SavedNotice saved=saved.get() /> })}
        <ApiKeyCard data key />
        <ConnectionCard
            data
            draft=connection
            rejected=connection_rejected
            is_secret_lost=url.get("secret") == "again"
            remove_secret=url.get("remove_secret") == "true"
            tracker=state.connection
            changes
        />
        <LanguageCard data draft=language rejected=language_rejected tracker=state.language changes />
        <RemoteLoggingCard data draft=remote_logging rejected=remote_logging_rejected tracker=state.remote_logging changes />
    }
    .into_any()
}
