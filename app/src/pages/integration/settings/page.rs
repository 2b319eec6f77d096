//! The first page of the section, with its cards in the order of the portal dashboard guide.

use crate::components::forms::save_form::SavedNotice;
use crate::components::forms::unsaved_changes::{FormTracker, UnsavedChanges, UnsavedChangesDialog};
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::settings::api_key::ApiKeyCard;
use crate::pages::integration::settings::api_key::dialogs::{RevokePreviousKeyDialog, RotateKeyDialog};
use crate::pages::integration::settings::connection::ConnectionCard;
use crate::pages::integration::settings::data::{SettingsData, form_draft, load_settings_data};
use crate::pages::integration::settings::language::LanguageCard;
use crate::pages::integration::settings::remote_logging::RemoteLoggingCard;
use crate::pages::page::Page;
use crate::query_string::use_page_url;
use crate::session::current_user;
use domain::integration::settings::Edit;
use leptos::prelude::*;

/// The Settings tab: API key, Bynder settings, asset selector global settings and advanced settings.
pub struct IntegrationSettingsPage {
    url: Memo<PageUrl>,
    page: Memo<PageUrl>,
    changes: RwSignal<u32>,
    data: Resource<Result<SettingsData, AppError>>,
}

/// Tracks unsaved changes in the forms of the page.
#[derive(Clone, Copy)]
struct Forms {
    connection: FormTracker,
    language: FormTracker,
    remote_logging: FormTracker,
}

impl Page for IntegrationSettingsPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        // Opening a dialog must not reload the data.
        let page = Memo::new(move |_| url.get().without_dialog());
        let changes = RwSignal::new(0);
        let data = Resource::new(
            move || (page.get(), changes.get()),
            |(page, _)| load_settings_data(page.to_string()),
        );
        Self {
            url,
            page,
            changes,
            data,
        }
    }

    fn view(this: Self) -> AnyView {
        let IntegrationSettingsPage {
            url,
            page,
            changes,
            data,
        } = this;
        let user = current_user();
        let all = UnsavedChanges::new(&[]);
        let forms = Forms {
            connection: all.form(),
            language: all.form(),
            remote_logging: all.form(),
        };
        let content = move || {
            let url = page.get();
            suspend(async move { render_or_error(data.await, user, |data| cards(data, &url, forms, changes)).await })
        };
        let dialog = move || {
            let name = url.with(|url| url.get("dialog").to_owned());
            suspend(async move { open_dialog(data.await.ok()?, &name, changes) })
        };
        view! {
            <IntegrationLayout tab=Tab::Settings>
                <Transition>{content}</Transition>
            </IntegrationLayout>
            <Suspense>{dialog}</Suspense>
            <UnsavedChangesDialog forms=all />
        }
        .into_any()
    }
}

fn open_dialog(data: SettingsData, name: &str, changes: RwSignal<u32>) -> Option<AnyView> {
    match name {
        "rotate" if data.keys.previous.is_none() => {
            Some(view! { <RotateKeyDialog current=data.keys.current changes /> }.into_any())
        }
        "end-key" => Some(view! { <RevokePreviousKeyDialog previous=data.keys.previous? changes /> }.into_any()),
        _ => None,
    }
}

fn cards(data: SettingsData, url: &PageUrl, forms: Forms, changes: RwSignal<u32>) -> AnyView {
    let SettingsData {
        current,
        keys,
        key,
        conflicts,
        report,
    } = data;
    let saved = url.get("saved").to_owned();
    let (base, edit) = form_draft(url).unzip();
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
        <SavedNotice saved />
        <ApiKeyCard keys key />
        <ConnectionCard
            current=current.clone()
            draft=connection
            rejected=connection_rejected
            is_secret_lost=url.get("secret") == "again"
            report
            remove_secret=url.get("remove_secret") == "true"
            tracker=forms.connection
            changes
        />
        <LanguageCard current=current.clone() draft=language rejected=language_rejected tracker=forms.language changes />
        <RemoteLoggingCard current draft=remote_logging rejected=remote_logging_rejected tracker=forms.remote_logging changes />
    }
    .into_any()
}
