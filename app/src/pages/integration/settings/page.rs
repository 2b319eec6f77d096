//! The first page of the section: its cards in the order of the guide.

use crate::components::forms::save_form::SavedNotice;
use crate::components::forms::unsaved_changes::{LeaveQuestion, Unsaved, UnsavedForms};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::integration::current_address;
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::integration::page_url::Address;
use crate::pages::integration::settings::api_key::ApiKeyCard;
use crate::pages::integration::settings::api_key_dialogs::{EndPreviousDialog, RotateDialog};
use crate::pages::integration::settings::connection::ConnectionCard;
use crate::pages::integration::settings::data::{SettingsData, filled, settings};
use crate::pages::integration::settings::language::LanguageCard;
use crate::pages::integration::settings::remote_logging::RemoteLoggingCard;
use crate::pages::page::Page;
use crate::session::current_user;
use domain::integration::settings::Edit;
use leptos::prelude::*;

/// API key, Bynder settings, Asset selector global settings, Advanced settings.
pub struct SettingsTabPage {
    address: Memo<Address>,
    page: Memo<Address>,
    changes: RwSignal<u32>,
    data: Resource<Result<SettingsData, Failure>>,
}

/// The forms of the page.
#[derive(Clone, Copy)]
struct Forms {
    connection: Unsaved,
    language: Unsaved,
    remote_logging: Unsaved,
}

impl Page for SettingsTabPage {
    fn data() -> Self {
        let address = current_address();
        // A dialog reads nothing new.
        let page = Memo::new(move |_| address.get().without_dialog());
        let changes = RwSignal::new(0);
        let data = Resource::new(
            move || (page.get(), changes.get()),
            |(page, _)| settings(page.to_string()),
        );
        Self {
            address,
            page,
            changes,
            data,
        }
    }

    fn view(this: Self) -> AnyView {
        let SettingsTabPage {
            address,
            page,
            changes,
            data,
        } = this;
        let user = current_user();
        let all = UnsavedForms::new(&[]);
        let forms = Forms {
            connection: all.form(),
            language: all.form(),
            remote_logging: all.form(),
        };
        let body = move || {
            let address = page.get();
            suspend(async move { shown(data.await, user, |data| cards(data, &address, forms, changes)).await })
        };
        let overlay = move || {
            let dialog = address.with(|address| address.get("dialog").to_owned());
            suspend(async move { overlay(data.await.ok()?, &dialog, changes) })
        };
        view! {
            <Section tab=Tab::Settings>
                <Transition>{body}</Transition>
            </Section>
            <Suspense>{overlay}</Suspense>
            <LeaveQuestion forms=all />
        }
        .into_any()
    }
}

fn overlay(data: SettingsData, dialog: &str, changes: RwSignal<u32>) -> Option<AnyView> {
    match dialog {
        "rotate" if data.keys.previous.is_none() => {
            Some(view! { <RotateDialog current=data.keys.current changes /> }.into_any())
        }
        "end-key" => Some(view! { <EndPreviousDialog previous=data.keys.previous? changes /> }.into_any()),
        _ => None,
    }
}

fn cards(data: SettingsData, address: &Address, forms: Forms, changes: RwSignal<u32>) -> AnyView {
    let SettingsData {
        revised,
        keys,
        key,
        clashes,
        report,
    } = data;
    let saved = address.get("saved").to_owned();
    let (back, edit) = filled(address).unzip();
    // Each card takes what was typed into it, and what that clashes with.
    let mine = |is_mine: bool| {
        if is_mine { (back, clashes.clone()) } else { (None, None) }
    };
    let (connection, language, remote_logging) = match edit {
        Some(Edit::Connection(form)) => (Some(form), None, None),
        Some(Edit::Global(form)) => (None, Some(form.language), None),
        Some(Edit::RemoteLogging(on)) => (None, None, Some(on)),
        _ => (None, None, None),
    };
    let connection_back = mine(connection.is_some());
    let language_back = mine(language.is_some());
    let remote_logging_back = mine(remote_logging.is_some());
    view! {
        <SavedNotice saved />
        <ApiKeyCard keys key />
        <ConnectionCard
            revised=revised.clone()
            filled=connection
            back=connection_back
            secret_again=address.get("secret") == "again"
            report
            remove_secret=address.get("remove_secret") == "true"
            unsaved=forms.connection
            changes
        />
        <LanguageCard revised=revised.clone() filled=language back=language_back unsaved=forms.language changes />
        <RemoteLoggingCard revised filled=remote_logging back=remote_logging_back unsaved=forms.remote_logging changes />
    }
    .into_any()
}
