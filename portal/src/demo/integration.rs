//! The Integration section of the demo account: settings with a history, connectors that have synced them, and their logs.

use crate::demo::DemoBuilder;
use crate::demo::data::{DAY, HOUR, JOAQUIN, MAREN};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use crate::integration::connectors::{self, ConnectorIdentity};
use crate::integration::remote_logs::{self, RemoteLogError};
use crate::integration::settings;
use domain::ids::UserId;
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::SubmittedLog;
use domain::integration::settings::{ConnectionForm, Edit, FieldForm, FieldOverride, GlobalForm, Saved};

/// The settings of a field: name, search term, asset types, whether limited usage assets are hidden, whether the Layout
/// Service includes whole assets, and mode. An empty option inherits the Global setting.
type Field = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
);

const GLOBAL: Field = ("", "", &["image", "video"], "true", "", "SingleSelect");

const FIELDS: &[(i64, Field)] = &[
    (
        61 * DAY,
        ("Hero Image", "campaign", &["image"], "", "", "SingleSelectFile"),
    ),
    (61 * DAY, ("Hero Video", "", &["video"], "", "", "")),
    (60 * DAY, ("Gallery", "landscape", &[], "false", "", "MultiSelect")),
    (44 * DAY, ("Downloads", "", &["document"], "", "true", "MultiSelect")),
    (44 * DAY, ("Podcast Episode", "podcast", &["audio"], "", "", "")),
    (20 * DAY, ("Teaser/Image", "", &["image"], "", "", "")),
    (
        20 * DAY,
        ("Teaser/Background", "night", &["image", "video"], "", "", ""),
    ),
    (
        9 * DAY,
        ("Press Kit", "press", &["image", "document"], "", "true", "MultiSelect"),
    ),
    (
        9 * DAY,
        ("Author Portrait", "people", &["image"], "true", "", "SingleSelectFile"),
    ),
    (
        2 * DAY,
        ("Product/Packshot", "packshot", &["image"], "", "", "SingleSelectFile"),
    ),
];

/// The connectors: header, and minutes before now at which they synced the settings.
const CONNECTORS: &[(&str, &[i64])] = &[
    (
        "sitecoreai/2.4.1; instance=\"Corporate site\"; environment=\"production\"",
        &[58 * DAY, 3],
    ),
    (
        "sitecoreai/2.5.0; instance=\"Corporate site, preview\"; environment=\"staging\"",
        &[40 * DAY, 26],
    ),
    (
        "xpxm/10.3.2; instance=\"Shop\"; environment=\"production\"",
        &[33 * DAY, 12 * DAY],
    ),
];

/// Fields that a connector has requested and that have no settings.
const REQUESTED_FIELDS: &[&str] = &["Banner", "Landing Page/Key Visual", "Newsletter Header"];

/// The remote logs: connector, minutes before now, level, and message.
const LOGS: &[(usize, i64, &str, &str)] = &[
    (0, 6 * DAY, "info", "Started. Synced 9 field settings at revision 12."),
    (
        0,
        6 * DAY - 4,
        "info",
        "Asset selector opened for field Hero Image by an editor; language en_US.",
    ),
    (
        1,
        5 * DAY,
        "warning",
        "Couldn't report asset usage: the DAM responded with 503. Retrying in 60 s.",
    ),
    (1, 5 * DAY - 1, "info", "Asset usage reported: 14 assets on 6 pages."),
    (
        0,
        3 * DAY,
        "debug",
        "Layout Service: asset result omitted for field Gallery.",
    ),
    (
        2,
        2 * DAY,
        "error",
        "Unhandled exception while rendering /shop/press\n   at Connector.Rendering.AssetField.Resolve(Item item)\n   at \
         Connector.Rendering.AssetField.Render(Writer writer)",
    ),
    (
        2,
        2 * DAY - 2,
        "warning",
        "Field Press Kit contains an asset that is archived in the DAM.",
    ),
    (0, 9 * HOUR, "info", "Synced settings at revision 15."),
    (1, 26, "info", "Synced settings at revision 15."),
];

impl DemoBuilder<'_> {
    /// Creates the data of the Integration section.
    pub(crate) async fn integration(&self, users: &[UserId]) -> Result<()> {
        let connection = Edit::Connection(ConnectionForm {
            url: "dam.larkfield.example".to_owned(),
            dam: "bynder".to_owned(),
            client_id: String::new(),
        });
        let language = |code: &str| {
            Edit::Global(GlobalForm {
                language: code.to_owned(),
            })
        };
        let mut saves = vec![
            (62 * DAY, MAREN, connection),
            (61 * DAY, JOAQUIN, Edit::Field(form(&GLOBAL, true))),
            (7 * DAY, MAREN, Edit::RemoteLogging(true)),
            (DAY, JOAQUIN, language("nl_NL")),
            (DAY - 5, JOAQUIN, language("en_US")),
        ];
        let fields = FIELDS
            .iter()
            .map(|(ago, field)| (*ago, JOAQUIN, Edit::Field(form(field, false))));
        saves.extend(fields);
        saves.sort_by_key(|(ago, _, _)| *ago);
        let mut syncs: Vec<(i64, &str)> = CONNECTORS
            .iter()
            .flat_map(|(header, times)| times.iter().map(|ago| (*ago, *header)))
            .collect();
        syncs.sort_unstable();
        // In chronological order, so that a connector syncs the settings of that time.
        while !(saves.is_empty() && syncs.is_empty()) {
            let is_save = saves.last().map(|(ago, _, _)| *ago) >= syncs.last().map(|(ago, _)| *ago);
            if is_save && let Some((ago, by, edit)) = saves.pop() {
                self.save(users, by, ago, &edit).await?;
            } else if let Some((ago, header)) = syncs.pop() {
                let (portal, caller) = self.connector(users, header, ago).await?;
                connectors::settings(&portal, &caller).await?;
            }
        }
        let (portal, caller) = self.connector(users, CONNECTORS[0].0, 2 * HOUR).await?;
        for field in REQUESTED_FIELDS {
            connectors::field(&portal, &caller, field).await?;
        }
        for (connector, ago, level, message) in LOGS {
            let (portal, caller) = self.connector(users, CONNECTORS[*connector].0, *ago).await?;
            let record = SubmittedLog {
                time: None,
                level: (*level).to_owned(),
                message: (*message).to_owned(),
            };
            remote_logs::accept(&portal, &caller, vec![Ok(record)], None)
                .await
                .map_err(internal_error)?;
        }
        Ok(())
    }

    /// Saves a form as a user, `ago` minutes before now.
    async fn save(&self, users: &[UserId], by: usize, ago: i64, edit: &Edit) -> Result<()> {
        let (portal, actor) = (self.portal_at(ago), self.actor(users[by]).await?);
        let base = settings::get(&portal, &actor).await?.revision;
        match settings::save(&portal, &actor, base, edit).await? {
            Saved::New(_) | Saved::Unchanged(_) => Ok(()),
            Saved::Conflict(_) => Err(Error::internal("the settings of the demo conflict")),
        }
    }

    /// Authenticates a connector, `ago` minutes before now.
    async fn connector(&self, users: &[UserId], header: &str, ago: i64) -> Result<(Portal, ConnectorIdentity)> {
        let portal = self.portal_at(ago);
        let key = api_keys::show(&portal, &self.actor(users[MAREN]).await?).await?;
        let connector = Connector::parse(header).map_err(Error::internal)?;
        let caller = connectors::authenticate(&portal, key.expose(), Some(connector)).await?;
        Ok((
            portal,
            caller.ok_or_else(|| Error::internal("the API key of the demo is invalid"))?,
        ))
    }
}

fn form((field, term, types, hide_limited_use, layout_service, mode): &Field, global: bool) -> FieldForm {
    let source = |is_own: bool| {
        if is_own {
            FieldOverride::CUSTOM
        } else {
            FieldOverride::UNSET
        }
        .to_owned()
    };
    FieldForm {
        field: (*field).to_owned(),
        global,
        term_source: source(!term.is_empty()),
        term: (*term).to_owned(),
        types_source: source(!types.is_empty()),
        types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        hide_limited_use: (*hide_limited_use).to_owned(),
        layout_service: (*layout_service).to_owned(),
        mode: (*mode).to_owned(),
        ..FieldForm::default()
    }
}

/// Maps a rejection to an internal error, since the demo's records are always valid.
fn internal_error(error: RemoteLogError) -> Error {
    match error {
        RemoteLogError::Portal(error) => error,
        other => Error::internal(other),
    }
}
