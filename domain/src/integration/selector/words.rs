//! The few words of the asset selector, in each of its languages.

use crate::integration::selector::{AssetType, Language, SelectionMode};

/// What the asset selector says in one language. `{n}` stands for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The title where one file can be selected.
    pub select_file: &'static str,
    /// The title where one asset can be selected.
    pub select_asset: &'static str,
    /// The title where several can.
    pub select_assets: &'static str,
    /// In the search box while nothing is searched for.
    pub search: &'static str,
    /// The types as filters name them, in the order of [`AssetType::ALL`].
    pub filters: [&'static str; 4],
    /// The types as a badge on an asset names them, in the same order.
    pub types: [&'static str; 4],
    /// The mark of an asset whose use is limited.
    pub limited_use: &'static str,
    /// How many are shown, for one.
    pub one_asset: &'static str,
    /// How many are shown, for several.
    pub assets: &'static str,
    /// That nothing fits the search.
    pub nothing_found: &'static str,
    /// What to do about it.
    pub try_else: &'static str,
    /// Which file of an asset is taken unless another is selected.
    pub original: &'static str,
    /// The button that takes a file.
    pub add_file: &'static str,
    /// The button that takes an asset.
    pub add_asset: &'static str,
    /// The button that takes several assets.
    pub add_assets: &'static str,
    /// The button that takes nothing.
    pub cancel: &'static str,
}

impl Words {
    /// The title of the selector.
    #[must_use]
    pub fn title(&self, mode: SelectionMode) -> &'static str {
        match mode {
            SelectionMode::SingleFile => self.select_file,
            SelectionMode::SingleAsset => self.select_asset,
            SelectionMode::Several => self.select_assets,
        }
    }

    /// The filter for assets of a type.
    #[must_use]
    pub fn filter(&self, kind: AssetType) -> &'static str {
        self.filters[kind as usize]
    }

    /// The badge of an asset of a type.
    #[must_use]
    pub fn kind(&self, kind: AssetType) -> &'static str {
        self.types[kind as usize]
    }

    /// How many assets are shown.
    #[must_use]
    pub fn count(&self, shown: usize) -> String {
        let words = if shown == 1 { self.one_asset } else { self.assets };
        number(words, shown)
    }

    /// The button that takes what is selected.
    #[must_use]
    pub fn add(&self, mode: SelectionMode, selected: usize) -> String {
        match mode {
            SelectionMode::SingleFile => self.add_file.to_owned(),
            SelectionMode::Several if selected > 1 => number(self.add_assets, selected),
            SelectionMode::SingleAsset | SelectionMode::Several => self.add_asset.to_owned(),
        }
    }
}

fn number(words: &str, count: usize) -> String {
    words.replace("{n}", &count.to_string())
}

impl Language {
    /// What the asset selector says in it.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Dutch => &DUTCH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
        }
    }

    /// Its tag in HTML: `de-DE`.
    #[must_use]
    pub fn tag(self) -> String {
        self.code().replace('_', "-")
    }
}

const ENGLISH: Words = Words {
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
    try_else: "Try another search term or other types.",
    original: "Original file",
    add_file: "Add file",
    add_asset: "Add asset",
    add_assets: "Add {n} assets",
    cancel: "Cancel",
};

const DUTCH: Words = Words {
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
    try_else: "Probeer een andere zoekterm of andere typen.",
    original: "Origineel bestand",
    add_file: "Bestand toevoegen",
    add_asset: "Asset toevoegen",
    add_assets: "{n} assets toevoegen",
    cancel: "Annuleren",
};

const GERMAN: Words = Words {
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
    try_else: "Versuchen Sie es mit einem anderen Suchbegriff oder anderen Typen.",
    original: "Originaldatei",
    add_file: "Datei hinzufügen",
    add_asset: "Asset hinzufügen",
    add_assets: "{n} Assets hinzufügen",
    cancel: "Abbrechen",
};

const FRENCH: Words = Words {
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
    try_else: "Essayez un autre terme de recherche ou d’autres types.",
    original: "Fichier d’origine",
    add_file: "Ajouter le fichier",
    add_asset: "Ajouter la ressource",
    add_assets: "Ajouter {n} ressources",
    cancel: "Annuler",
};

const SPANISH: Words = Words {
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
    try_else: "Pruebe con otro término de búsqueda u otros tipos.",
    original: "Archivo original",
    add_file: "Añadir archivo",
    add_asset: "Añadir recurso",
    add_assets: "Añadir {n} recursos",
    cancel: "Cancelar",
};

#[cfg(test)]
mod tests {
    use super::*;

    /// All words but those for the types, some of which languages have in common.
    fn phrases(words: &Words) -> [&'static str; 13] {
        [
            words.select_file,
            words.select_asset,
            words.select_assets,
            words.search,
            words.limited_use,
            words.nothing_found,
            words.try_else,
            words.original,
            words.add_file,
            words.add_asset,
            words.add_assets,
            words.cancel,
            words.filters[0],
        ]
    }

    #[test]
    fn no_word_is_empty() {
        for language in Language::ALL {
            let words = language.words();
            let all = phrases(words).into_iter().chain(words.filters).chain(words.types);
            for word in all.chain([words.one_asset, words.assets]) {
                assert!(!word.trim().is_empty(), "{language:?}");
            }
        }
    }

    #[test]
    fn each_language_has_words_of_its_own() {
        for (index, one) in Language::ALL.iter().enumerate() {
            for other in &Language::ALL[index + 1..] {
                let pairs = phrases(one.words()).into_iter().zip(phrases(other.words()));
                let common: Vec<_> = pairs.filter(|(one, other)| one == other).collect();
                // Pictures are Images in English and French; nothing else is the same.
                let images = one == &Language::English && other == &Language::French;
                assert_eq!(common.len(), usize::from(images), "{one:?}, {other:?}: {common:?}");
            }
        }
    }

    #[test]
    fn numbers_stand_where_the_language_wants_them() {
        for language in Language::ALL {
            let words = language.words();
            assert!(words.count(1).starts_with("1 ") && words.count(0).starts_with("0 "));
            assert!(words.add(SelectionMode::Several, 2).contains('2'));
        }
        assert_eq!(Language::German.words().count(16), "16 Assets");
        assert_eq!(
            Language::Dutch.words().add(SelectionMode::Several, 2),
            "2 assets toevoegen"
        );
        assert_eq!(Language::English.words().add(SelectionMode::Several, 1), "Add asset");
        assert_eq!(Language::English.words().add(SelectionMode::SingleFile, 1), "Add file");
        assert_eq!(Language::French.tag(), "fr-FR");
    }

    #[test]
    fn types_are_in_their_order() {
        let words = Language::Spanish.words();
        let filters: Vec<_> = AssetType::ALL.iter().map(|kind| words.filter(*kind)).collect();
        assert_eq!(filters, ["Imágenes", "Vídeos", "Documentos", "Audio"]);
        assert_eq!(words.kind(AssetType::Video), "Vídeo");
    }
}
