//! The translated strings of the asset selector.

use crate::coded_enum::CodedEnum;
use crate::integration::selector::{AssetType, Language, SelectionMode};

/// Holds the strings of the asset selector in one language. `{n}` is the placeholder of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectorStrings {
    /// The title when one file can be selected.
    pub select_file: &'static str,
    /// The title when one asset can be selected.
    pub select_asset: &'static str,
    /// The title when multiple assets can be selected.
    pub select_assets: &'static str,
    /// The placeholder of the search box.
    pub search: &'static str,
    /// The type filters, in the order of [`AssetType`].
    pub filters: [&'static str; 4],
    /// The type badges, in the order of [`AssetType`].
    pub types: [&'static str; 4],
    /// The badge of a limited usage asset.
    pub limited_use: &'static str,
    /// The count of one asset.
    pub one_asset: &'static str,
    /// The count of zero or multiple assets.
    pub assets: &'static str,
    /// The message for no search results.
    pub nothing_found: &'static str,
    /// The hint for no search results.
    pub no_results_hint: &'static str,
    /// The file that is selected by default.
    pub original: &'static str,
    /// The button that adds a file.
    pub add_file: &'static str,
    /// The button that adds one asset.
    pub add_asset: &'static str,
    /// The button that adds multiple assets.
    pub add_assets: &'static str,
    /// The cancel button.
    pub cancel: &'static str,
}

impl SelectorStrings {
    /// Returns the title of the selector.
    #[must_use]
    pub fn title(&self, mode: SelectionMode) -> &'static str {
        match mode {
            SelectionMode::SingleFile => self.select_file,
            SelectionMode::SingleAsset => self.select_asset,
            SelectionMode::Multiple => self.select_assets,
        }
    }

    /// Returns the label of a type filter.
    #[must_use]
    pub fn filter(&self, kind: AssetType) -> &'static str {
        self.filters[kind as usize]
    }

    /// Returns the badge of a type.
    #[must_use]
    pub fn kind(&self, kind: AssetType) -> &'static str {
        self.types[kind as usize]
    }

    /// Returns the count of visible assets.
    #[must_use]
    pub fn count(&self, shown: usize) -> String {
        let template = if shown == 1 { self.one_asset } else { self.assets };
        format_count(template, shown)
    }

    /// Returns the label of the button that adds the selection.
    #[must_use]
    pub fn add(&self, mode: SelectionMode, selected: usize) -> String {
        match mode {
            SelectionMode::SingleFile => self.add_file.to_owned(),
            SelectionMode::Multiple if selected > 1 => format_count(self.add_assets, selected),
            SelectionMode::SingleAsset | SelectionMode::Multiple => self.add_asset.to_owned(),
        }
    }
}

fn format_count(template: &str, count: usize) -> String {
    template.replace("{n}", &count.to_string())
}

impl Language {
    /// Returns the asset selector's strings in this language.
    #[must_use]
    pub fn strings(self) -> &'static SelectorStrings {
        match self {
            Self::English => &ENGLISH,
            Self::Dutch => &DUTCH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
        }
    }

    /// Returns the BCP 47 language tag: `de-DE`.
    #[must_use]
    pub fn tag(self) -> String {
        self.code().replace('_', "-")
    }
}

const ENGLISH: SelectorStrings = SelectorStrings {
    select_file: "Select a file",
    select_asset: "Select an asset",
    select_assets: "Select assets",
    search: "Search assets",
    filters: ["Images", "Videos", "Documents", "Audio"],
    types: ["Image", "Video", "Document", "Audio"],
    limited_use: "Limited use",
    one_asset: "{n} asset",
    assets: "{n} assets",
    nothing_found: "No assets found",
    no_results_hint: "Try another search term or other types.",
    original: "Original file",
    add_file: "Add file",
    add_asset: "Add asset",
    add_assets: "Add {n} assets",
    cancel: "Cancel",
};

const DUTCH: SelectorStrings = SelectorStrings {
    select_file: "Selecteer een bestand",
    select_asset: "Selecteer een asset",
    select_assets: "Selecteer assets",
    search: "Assets zoeken",
    filters: ["Afbeeldingen", "Video’s", "Documenten", "Audio"],
    types: ["Afbeelding", "Video", "Document", "Audio"],
    limited_use: "Beperkt gebruik",
    one_asset: "{n} asset",
    assets: "{n} assets",
    nothing_found: "Geen assets gevonden",
    no_results_hint: "Probeer een andere zoekterm of andere typen.",
    original: "Origineel bestand",
    add_file: "Bestand toevoegen",
    add_asset: "Asset toevoegen",
    add_assets: "{n} assets toevoegen",
    cancel: "Annuleren",
};

const GERMAN: SelectorStrings = SelectorStrings {
    select_file: "Datei auswählen",
    select_asset: "Asset auswählen",
    select_assets: "Assets auswählen",
    search: "Assets suchen",
    filters: ["Bilder", "Videos", "Dokumente", "Audio"],
    types: ["Bild", "Video", "Dokument", "Audio"],
    limited_use: "Eingeschränkte Nutzung",
    one_asset: "{n} Asset",
    assets: "{n} Assets",
    nothing_found: "Keine Assets gefunden",
    no_results_hint: "Versuchen Sie es mit einem anderen Suchbegriff oder anderen Typen.",
    original: "Originaldatei",
    add_file: "Datei hinzufügen",
    add_asset: "Asset hinzufügen",
    add_assets: "{n} Assets hinzufügen",
    cancel: "Abbrechen",
};

const FRENCH: SelectorStrings = SelectorStrings {
    select_file: "Sélectionner un fichier",
    select_asset: "Sélectionner une ressource",
    select_assets: "Sélectionner des ressources",
    search: "Rechercher des ressources",
    filters: ["Images", "Vidéos", "Documents", "Audio"],
    types: ["Image", "Vidéo", "Document", "Audio"],
    limited_use: "Usage limité",
    one_asset: "{n} ressource",
    assets: "{n} ressources",
    nothing_found: "Aucune ressource trouvée",
    no_results_hint: "Essayez un autre terme de recherche ou d’autres types.",
    original: "Fichier d’origine",
    add_file: "Ajouter le fichier",
    add_asset: "Ajouter la ressource",
    add_assets: "Ajouter {n} ressources",
    cancel: "Annuler",
};

const SPANISH: SelectorStrings = SelectorStrings {
    select_file: "Seleccionar un archivo",
    select_asset: "Seleccionar un recurso",
    select_assets: "Seleccionar recursos",
    search: "Buscar recursos",
    filters: ["Imágenes", "Vídeos", "Documentos", "Audio"],
    types: ["Imagen", "Vídeo", "Documento", "Audio"],
    limited_use: "Uso limitado",
    one_asset: "{n} recurso",
    assets: "{n} recursos",
    nothing_found: "No se han encontrado recursos",
    no_results_hint: "Pruebe con otro término de búsqueda u otros tipos.",
    original: "Archivo original",
    add_file: "Añadir archivo",
    add_asset: "Añadir recurso",
    add_assets: "Añadir {n} recursos",
    cancel: "Cancelar",
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns all strings except those of the types, some of which languages share.
    fn phrases(strings: &SelectorStrings) -> [&'static str; 13] {
        [
            strings.select_file,
            strings.select_asset,
            strings.select_assets,
            strings.search,
            strings.limited_use,
            strings.nothing_found,
            strings.no_results_hint,
            strings.original,
            strings.add_file,
            strings.add_asset,
            strings.add_assets,
            strings.cancel,
            strings.filters[0],
        ]
    }

    #[test]
    fn no_string_is_empty() {
        for language in Language::ALL {
            let strings = language.strings();
            let all = phrases(strings).into_iter().chain(strings.filters).chain(strings.types);
            for text in all.chain([strings.one_asset, strings.assets]) {
                assert!(!text.trim().is_empty(), "{language:?}");
            }
        }
    }

    #[test]
    fn each_language_is_translated() {
        for (index, one) in Language::ALL.iter().enumerate() {
            for other in &Language::ALL[index + 1..] {
                let pairs = phrases(one.strings()).into_iter().zip(phrases(other.strings()));
                let common: Vec<_> = pairs.filter(|(one, other)| one == other).collect();
                // Only "Images" is the same, in English and French.
                let images = one == &Language::English && other == &Language::French;
                assert_eq!(common.len(), usize::from(images), "{one:?}, {other:?}: {common:?}");
            }
        }
    }

    #[test]
    fn counts_are_formatted_in_each_language() {
        for language in Language::ALL {
            let strings = language.strings();
            assert!(strings.count(1).starts_with("1 ") && strings.count(0).starts_with("0 "));
            assert!(strings.add(SelectionMode::Multiple, 2).contains('2'));
        }
        assert_eq!(Language::German.strings().count(16), "16 Assets");
        assert_eq!(
            Language::Dutch.strings().add(SelectionMode::Multiple, 2),
            "2 assets toevoegen"
        );
        assert_eq!(Language::English.strings().add(SelectionMode::Multiple, 1), "Add asset");
        assert_eq!(
            Language::English.strings().add(SelectionMode::SingleFile, 1),
            "Add file"
        );
        assert_eq!(Language::French.tag(), "fr-FR");
    }

    #[test]
    fn type_labels_match_the_order_of_types() {
        let strings = Language::Spanish.strings();
        let filters: Vec<_> = AssetType::ALL.iter().map(|kind| strings.filter(*kind)).collect();
        assert_eq!(filters, ["Imágenes", "Vídeos", "Documentos", "Audio"]);
        assert_eq!(strings.kind(AssetType::Video), "Vídeo");
    }
}
