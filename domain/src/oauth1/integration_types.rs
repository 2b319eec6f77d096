//! What a token is for: the system on the other side.

/// Common CMS and PIM systems, in the order of the list; the last, [`OTHER`], asks for a name.
pub const INTEGRATION_TYPES: &[&str] = &[
    "Adobe Experience Manager",
    "Akeneo PIM",
    "Contentful",
    "Contentstack",
    "Drupal",
    "Episerver / Optimizely",
    "Hygraph",
    "Inriver PIM",
    "Kontent.ai",
    "Magento / Adobe Commerce",
    "Salesforce Commerce Cloud",
    "Salsify",
    "Sanity",
    "Shopify",
    "Sitecore XM Cloud",
    "Sitecore XP / XM",
    "Sitefinity",
    "Storyblok",
    "Stibo STEP",
    "TYPO3",
    "Umbraco",
    "WordPress",
    OTHER,
];

/// The type that asks for the integration's name.
pub const OTHER: &str = "Other";

/// Whether `text` is one of the list.
#[must_use]
pub fn is_type(text: &str) -> bool {
    INTEGRATION_TYPES.contains(&text)
}
