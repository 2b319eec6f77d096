//! OpenAPI schemas of the connector API. The types that are serialized are in `portal` and `domain`; these mirror them.

use utoipa::ToSchema;

/// Describes the settings of an account.
#[derive(ToSchema)]
#[schema(as = ConnectorSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct Settings {
    /// Increases with every change. 0 until settings are saved for the first time.
    revision: i64,
    portal: Portal,
    /// `en_US`, `nl_NL`, `de_DE`, `fr_FR` or `es_ES`.
    language: String,
    /// Whether log records are accepted.
    remote_logging: bool,
    /// The Global field settings.
    global: SelectorOptions,
    /// Fields with custom settings, sorted by name.
    fields: Vec<FieldSettings>,
}

/// Describes the connection to the DAM.
#[derive(ToSchema)]
#[schema(as = ConnectorPortal, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct Portal {
    /// The URL of the DAM portal. Omitted until it is configured.
    url: Option<String>,
    /// `bynder` or `webdam`.
    dam: String,
    /// The Bynder client ID. Omitted until it is configured.
    client_id: Option<String>,
}

/// Describes options of the asset selector, with the names and values of the Compact View component. Options that
/// aren't set are omitted.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct SelectorOptions {
    default_search_term: Option<String>,
    /// Any of `image`, `video`, `document` and `audio`.
    asset_types: Option<Vec<String>>,
    hide_limited_use: Option<bool>,
    asset_result_in_layout_service: Option<bool>,
    /// `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    mode: Option<String>,
}

/// Describes the custom settings of a field. Omitted options use the Global field settings.
#[derive(ToSchema)]
#[schema(as = ConnectorFieldSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct FieldSettings {
    /// The name of the field in the CMS.
    field: String,
    default_search_term: Option<String>,
    /// Any of `image`, `video`, `document` and `audio`.
    asset_types: Option<Vec<String>>,
    hide_limited_use: Option<bool>,
    asset_result_in_layout_service: Option<bool>,
    /// `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    mode: Option<String>,
}

/// Describes the source of each option: `field` or `global`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct SelectorSources {
    default_search_term: Option<String>,
    asset_types: Option<String>,
    hide_limited_use: Option<String>,
    asset_result_in_layout_service: Option<String>,
    mode: Option<String>,
}

/// Describes a log record. Unknown members are ignored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a request body in OpenAPI")]
pub(crate) struct LogRecord {
    /// The time of the log record (RFC 3339). Defaults to the time of receipt.
    time: Option<String>,
    /// `debug`, `info`, `warning` or `error`, or another logger's name for one of these levels.
    level: String,
    /// The message. Truncated to 4,000 characters.
    message: String,
}

/// Describes the result of a batch.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct LogsAccepted {
    /// The number of records that were stored.
    accepted: usize,
    /// The records that were not stored. Omitted if there are none.
    rejected: Option<Vec<RejectedRecord>>,
}

/// Describes a log record that was not stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) struct RejectedRecord {
    /// The position in the batch, starting at 0.
    index: usize,
    /// The reason for the rejection.
    reason: String,
}
