//! How the connector API is described. What is sent is written by `portal` and `domain`, in the same words.

use utoipa::ToSchema;

/// The settings of an account.
#[derive(ToSchema)]
#[schema(as = ConnectorSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct Settings {
    /// Counts up with every change; 0 until somebody has saved.
    revision: i64,
    portal: Portal,
    /// `en_US`, `nl_NL`, `de_DE`, `fr_FR` or `es_ES`.
    language: String,
    /// Whether log records are taken.
    remote_logging: bool,
    /// The Global field settings.
    global: SelectorOptions,
    /// Fields with settings of their own, in the order of their names.
    fields: Vec<FieldSettings>,
}

/// How connectors reach the DAM.
#[derive(ToSchema)]
#[schema(as = ConnectorPortal, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct Portal {
    /// Left out until it is known.
    url: Option<String>,
    /// `bynder` or `webdam`.
    dam: String,
    /// With Bynder, once it is known.
    client_id: Option<String>,
}

/// Options of the asset selector, by the names and values that the Compact View component takes. Those that are left open
/// are left out.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct SelectorOptions {
    default_search_term: Option<String>,
    /// Of `image`, `video`, `document` and `audio`.
    asset_types: Option<Vec<String>>,
    hide_limited_use: Option<bool>,
    asset_result_in_layout_service: Option<bool>,
    /// `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    mode: Option<String>,
}

/// The settings of one field: what it does not leave to the Global field settings.
#[derive(ToSchema)]
#[schema(as = ConnectorFieldSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct FieldSettings {
    /// Its name in the CMS.
    field: String,
    default_search_term: Option<String>,
    /// Of `image`, `video`, `document` and `audio`.
    asset_types: Option<Vec<String>>,
    hide_limited_use: Option<bool>,
    asset_result_in_layout_service: Option<bool>,
    /// `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    mode: Option<String>,
}

/// Where each option comes from: `field` or `global`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct SelectorSources {
    default_search_term: Option<String>,
    asset_types: Option<String>,
    hide_limited_use: Option<String>,
    asset_result_in_layout_service: Option<String>,
    mode: Option<String>,
}

/// A log record. Further members are dropped.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a body")]
pub(crate) struct LogRecord {
    /// When it was logged, RFC 3339; the time of arrival where it is left out.
    time: Option<String>,
    /// `debug`, `info`, `warning` or `error`, or another logger's word for one of these.
    level: String,
    /// Up to 4,000 characters are kept.
    message: String,
}

/// What a batch came to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct LogsAccepted {
    /// How many records were kept.
    accepted: usize,
    /// Those that were not kept; left out where there are none.
    rejected: Option<Vec<RejectedRecord>>,
}

/// A log record that was not kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) struct RejectedRecord {
    /// Its place in the batch, from 0.
    index: usize,
    /// What is wrong with it.
    reason: String,
}
