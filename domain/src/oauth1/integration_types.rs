//! Integration types of tokens: the systems that use the API.

/// Common CMS and PIM systems, in display order. The last one, [`OTHER`], requires an integration name.
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

/// The type that requires an integration name.
pub const OTHER: &str = "Other";

/// Reports whether `text` is an integration type.
#[must_use]
pub fn is_integration_type(text: &str) -> bool {
    INTEGRATION_TYPES.contains(&text)
}
