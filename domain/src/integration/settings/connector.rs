//! The settings as connectors receive them.

use crate::integration::selector::{Dam, Language, Options};
use crate::integration::settings::{DamConnection, FieldSettings, Settings};
use serde::Serialize;

/// Describes the settings of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSettings<'a> {
    /// Increases with every change. 0 until settings are saved for the first time.
    revision: i64,
    portal: DamConnection,
    /// `en_US`, `nl_NL`, `de_DE`, `fr_FR` or `es_ES`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    language: Language,
    /// Whether log records are accepted.
    remote_logging: bool,
    /// The Global field settings.
    global: &'a Options,
    /// Fields with custom settings, sorted by name.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::integration::settings::SerializedField>))]
    fields: &'a [FieldSettings],
}

impl Settings {
    /// Returns the settings as connectors receive them. The client ID applies to Bynder only.
    #[must_use]
    pub fn for_connectors(&self, revision: i64) -> ConnectorSettings<'_> {
        let mut portal = self.portal.clone();
        portal.client_id = portal.client_id.filter(|_| portal.dam == Dam::Bynder);
        ConnectorSettings {
            revision,
            portal,
            language: self.language,
            remote_logging: self.remote_logging,
            global: &self.global,
            fields: &self.fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_id_is_sent_only_for_bynder() {
        let mut settings = Settings::default();
        settings.portal.client_id = Some("abc".to_owned());
        assert_eq!(settings.for_connectors(1).portal.client_id.as_deref(), Some("abc"));
        settings.portal.dam = Dam::Webdam;
        assert_eq!(settings.for_connectors(1).portal.client_id, None);
    }
}
