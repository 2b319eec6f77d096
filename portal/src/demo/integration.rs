//! The demo account's Integration section: settings with a history, the connectors that have taken them, and what those
//! have logged.

use crate::demo::Maker;
use crate::demo::data::{DAY, HOUR, JOAQUIN, MAREN};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use crate::integration::connectors::{self, Caller};
use crate::integration::remote_logs::{self, Refused};
use crate::integration::settings;
use domain::ids::UserId;
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::Sent;
use domain::integration::settings::{ConnectionForm, Edit, FieldForm, GlobalForm, Own, Saved};

/// A field's settings: its name, search term, asset types, whether limited usage assets are hidden, whether the Layout
/// Service has whole assets, and the mode. Empty leaves an option to Global.
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

/// A connector: what it says of itself, and the minutes ago at which it took the settings.
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

/// Fields that a connector has asked for and nobody has configured.
const ASKED: &[&str] = &["Banner", "Landing Page/Key Visual", "Newsletter Header"];

/// What the first connectors have logged: which, how many minutes ago, how grave, and what.
const LOGS: &[(usize, i64, &str, &str)] = &[
    (0, 6 * DAY, "info", "Started. 9 field settings taken, revision 12."),
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
        "Asset usage could not be reported: 503 from the DAM. Will try again in 60 s.",
    ),
    (1, 5 * DAY - 1, "info", "Asset usage reported: 14 assets on 6 pages."),
    (
        0,
        3 * DAY,
        "debug",
        "Layout Service: asset result left out for field Gallery.",
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
        "Field Press Kit holds an asset that has been archived in the DAM.",
    ),
    (0, 9 * HOUR, "info", "Settings of revision 15 taken."),
    (1, 26, "info", "Settings of revision 15 taken."),
];

impl Maker<'_> {
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
        let mut taken: Vec<(i64, &str)> = CONNECTORS
            .iter()
            .flat_map(|(header, moments)| moments.iter().map(|ago| (*ago, *header)))
            .collect();
        taken.sort_unstable();
        // In the order in which it happened: a connector takes what there was then.
        while !(saves.is_empty() && taken.is_empty()) {
            let is_save = saves.last().map(|(ago, _, _)| *ago) >= taken.last().map(|(ago, _)| *ago);
            if is_save && let Some((ago, by, edit)) = saves.pop() {
                self.save(users, by, ago, &edit).await?;
            } else if let Some((ago, header)) = taken.pop() {
                let (then, caller) = self.connector(users, header, ago).await?;
                connectors::settings(&then, &caller).await?;
            }
        }
        let (then, caller) = self.connector(users, CONNECTORS[0].0, 2 * HOUR).await?;
        for field in ASKED {
            connectors::field(&then, &caller, field).await?;
        }
        for (connector, ago, level, message) in LOGS {
            let (then, caller) = self.connector(users, CONNECTORS[*connector].0, *ago).await?;
            let record = Sent {
                time: None,
                level: (*level).to_owned(),
                message: (*message).to_owned(),
            };
            remote_logs::accept(&then, &caller, vec![Ok(record)], None)
                .await
                .map_err(refused)?;
        }
        Ok(())
    }

    /// Somebody saves a form, as it was that many minutes ago.
    async fn save(&self, users: &[UserId], by: usize, ago: i64, edit: &Edit) -> Result<()> {
        let (then, actor) = (self.at(ago), self.actor(users[by]).await?);
        let base = settings::get(&then, &actor).await?.revision;
        match settings::save(&then, &actor, base, edit).await? {
            Saved::New(_) | Saved::Same(_) => Ok(()),
            Saved::Clashes(_) => Err(Error::internal("the demo's people are in each other's way")),
        }
    }

    async fn connector(&self, users: &[UserId], header: &str, ago: i64) -> Result<(Portal, Caller)> {
        let then = self.at(ago);
        let key = api_keys::show(&then, &self.actor(users[MAREN]).await?).await?;
        let connector = Connector::parse(header).map_err(Error::internal)?;
        let caller = connectors::authenticate(&then, key.expose(), Some(connector)).await?;
        Ok((
            then,
            caller.ok_or_else(|| Error::internal("the demo's key does not work"))?,
        ))
    }
}

fn form((field, term, types, hide_limited_use, layout_service, mode): &Field, global: bool) -> FieldForm {
    let source = |is_own: bool| if is_own { Own::OWN } else { Own::OPEN }.to_owned();
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

/// The demo's own records are well made, so a refusal is a fault of ours.
fn refused(refused: Refused) -> Error {
    match refused {
        Refused::Error(error) => error,
        other => Error::internal(other),
    }
}
