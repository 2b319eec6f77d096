//! The data of the demo account. The users are fictional; addresses and hosts are those that RFC 2606, RFC 5737 and
//! RFC 3849 reserve for documentation.

use domain::accounts::rights::Right;

/// The account's name.
pub(crate) const ACCOUNT: &str = "Larkfield Media";

/// A security profile in addition to Administrator.
pub(crate) struct Profile {
    pub name: &'static str,
    pub rights: &'static [Right],
}

const MANAGER: &str = "Integration manager";
const VIEWER: &str = "Token viewer";
const CREATOR: &str = "Token creator";
const REVOKER: &str = "Token revoker";
const DEVELOPER: &str = "Developer without settings";
const SERVICE: &str = "Service";
const EDITOR: &str = "Editor";

pub(crate) const PROFILES: &[Profile] = &[
    Profile {
        name: MANAGER,
        rights: &[
            Right::AdminSettings,
            Right::ManagePortalSettings,
            Right::CreateApiTokens,
            Right::ViewApiTokens,
            Right::RevokeApiTokens,
            Right::ManageOauthApps,
            Right::ManageIntegration,
            Right::ViewAssetTracking,
            Right::ManageAssetTracking,
            Right::ManageSubscription,
            Right::SubmitSupportTickets,
        ],
    },
    Profile {
        name: VIEWER,
        rights: &[Right::AdminSettings, Right::ViewApiTokens],
    },
    Profile {
        name: CREATOR,
        rights: &[Right::AdminSettings, Right::CreateApiTokens],
    },
    Profile {
        name: REVOKER,
        rights: &[Right::AdminSettings, Right::RevokeApiTokens],
    },
    Profile {
        name: DEVELOPER,
        rights: &[Right::CreateApiTokens, Right::ViewApiTokens, Right::RevokeApiTokens],
    },
    Profile {
        name: SERVICE,
        rights: &[
            Right::ManageUsers,
            Right::ManageIntegration,
            Right::ViewAssetTracking,
            Right::ManageAssetTracking,
        ],
    },
    Profile {
        name: EDITOR,
        rights: &[],
    },
];

/// A user of the account. The first is its administrator.
pub(crate) struct DemoUser {
    pub name: &'static str,
    pub email: &'static str,
    pub profile: &'static str,
    /// What signing in as this user demonstrates.
    pub shows: &'static str,
    pub is_deactivated: bool,
}

const fn user(name: &'static str, email: &'static str, profile: &'static str, shows: &'static str) -> DemoUser {
    DemoUser {
        name,
        email,
        profile,
        shows,
        is_deactivated: false,
    }
}

pub(crate) const MAREN: usize = 0;
pub(crate) const JOAQUIN: usize = 1;
const TOMASZ: usize = 2;
const IFE: usize = 3;
const MAREK: usize = 4;
const ALEKSANDRA: usize = 5;
pub(crate) const MARGUERITE: usize = 6;
pub(crate) const SVC_WEB: usize = 7;
pub(crate) const HENRIK: usize = 8;

pub(crate) const USERS: &[DemoUser] = &[
    user(
        "Maren Lindqvist",
        "maren.lindqvist@larkfield.example",
        domain::accounts::users::ADMINISTRATOR_PROFILE,
        "everything",
    ),
    user(
        "Joaquín Beltrán de la Torre",
        "joaquin.beltran@larkfield.example",
        MANAGER,
        "API tokens and OAuth apps with all rights from the guides",
    ),
    user(
        "Tomasz Wieczorek",
        "tomasz.wieczorek@larkfield.example",
        VIEWER,
        "view-only access to API tokens",
    ),
    user(
        "Ife Adeyemi",
        "ife.adeyemi@larkfield.example",
        CREATOR,
        "creating consumers and tokens without access to the list",
    ),
    user(
        "Marek Dvořák",
        "marek.dvorak@larkfield.example",
        REVOKER,
        "the right to revoke tokens without access to the list",
    ),
    user(
        "Aleksandra Konstantinopoulou-Featherstonehaugh",
        "aleksandra.konstantinopoulou-featherstonehaugh@international.larkfield.example",
        DEVELOPER,
        "API token rights without access to Settings",
    ),
    user(
        "Marguerite Vandenbroucke-Oyelaran",
        "marguerite.vandenbroucke-oyelaran@international.larkfield.example",
        EDITOR,
        "the portal without Settings",
    ),
    user(
        "Web publishing service",
        "svc-web@larkfield.example",
        SERVICE,
        "the service user that most tokens act for",
    ),
    DemoUser {
        name: "Henrik Aaltonen",
        email: "henrik.aaltonen@larkfield.example",
        profile: EDITOR,
        shows: "nothing: inactive, cannot sign in",
        is_deactivated: true,
    },
];

const WEBSITE: usize = 0;
const PRODUCTS: usize = 1;
const CAMPAIGNS: usize = 2;
const FIELD_APP: usize = 3;
const WEB_SHOP: usize = 4;
const PRESS: usize = 5;

/// The consumers: name, creator, and days since creation.
pub(crate) const CONSUMERS: &[(&str, usize, i64)] = &[
    ("Website", MAREN, 398),
    ("Product information", MAREN, 351),
    (
        "Campaign automation for the Benelux and Nordic regions (staging)",
        JOAQUIN,
        300,
    ),
    ("Field app", IFE, 212),
    ("Web shop", JOAQUIN, 160),
    ("Press archive", MAREN, 90),
];

/// The consumer that uses the legacy OAuth 1.0 flow without verifier.
pub(crate) const LEGACY_FLOW_CONSUMER: usize = FIELD_APP;

/// A token with its history. Times are in minutes before now.
pub(crate) struct Token {
    pub user: usize,
    pub consumer: usize,
    /// How the token was created.
    pub integration: Integration,
    pub created: i64,
    pub used: Option<(i64, &'static str)>,
    pub revoked: Option<(i64, usize)>,
}

/// How a token was created.
pub(crate) enum Integration {
    /// Created on the page by a user, with an integration type of the list.
    Type(&'static str, usize),
    /// Created on the page by a user, with the type Other and a custom name.
    Other(&'static str, usize),
    /// Authorized by its user in the three-legged flow.
    Authorized,
}

use Integration::{Authorized, Other, Type};

/// An hour, in minutes.
pub(crate) const HOUR: i64 = 60;
/// A day, in minutes.
pub(crate) const DAY: i64 = 24 * HOUR;

const fn token(user: usize, consumer: usize, integration: Integration, created: i64) -> Token {
    Token {
        user,
        consumer,
        integration,
        created,
        used: None,
        revoked: None,
    }
}

impl Token {
    const fn used(mut self, ago: i64, from: &'static str) -> Self {
        self.used = Some((ago, from));
        self
    }

    const fn revoked(mut self, ago: i64, by: usize) -> Self {
        self.revoked = Some((ago, by));
        self
    }
}

pub(crate) const TOKENS: &[Token] = &[
    // Used regularly.
    token(MAREN, WEBSITE, Type("WordPress", MAREN), 3 * DAY).used(2, "203.0.113.40"),
    token(SVC_WEB, WEBSITE, Type("Sitecore XM Cloud", JOAQUIN), 49 * DAY).used(95, "2001:db8:85a3::8a2e:370:7334"),
    token(SVC_WEB, WEBSITE, Type("Contentful", JOAQUIN), 120 * DAY).used(11, "203.0.113.41"),
    token(SVC_WEB, WEBSITE, Type("Drupal", MAREN), 390 * DAY).used(4 * HOUR, "203.0.113.41"),
    token(TOMASZ, PRODUCTS, Type("Inriver PIM", MAREN), 340 * DAY).used(37, "198.51.100.12"),
    token(TOMASZ, PRODUCTS, Type("Stibo STEP", JOAQUIN), 200 * DAY).used(6 * HOUR, "198.51.100.13"),
    token(SVC_WEB, WEB_SHOP, Type("Magento / Adobe Commerce", JOAQUIN), 155 * DAY).used(1, "192.0.2.80"),
    token(SVC_WEB, WEB_SHOP, Type("Shopify", JOAQUIN), 61 * DAY).used(9, "192.0.2.81"),
    token(SVC_WEB, WEB_SHOP, Type("Salesforce Commerce Cloud", IFE), 30 * DAY).used(22 * HOUR, "2001:db8:1c::80"),
    token(
        ALEKSANDRA,
        CAMPAIGNS,
        Type("Adobe Experience Manager", JOAQUIN),
        290 * DAY,
    )
    .used(50, "198.51.100.90"),
    token(SVC_WEB, PRESS, Other("Nightly press archive export", MAREN), 88 * DAY).used(7 * HOUR, "203.0.113.7"),
    token(MARGUERITE, PRESS, Type("Umbraco", MAREN), 71 * DAY).used(26 * HOUR, "203.0.113.8"),
    token(SVC_WEB, WEBSITE, Type("Storyblok", IFE), 18 * DAY).used(3 * HOUR, "203.0.113.42"),
    token(SVC_WEB, WEBSITE, Type("Kontent.ai", IFE), 9 * DAY).used(2 * DAY, "203.0.113.43"),
    // Not used for a long time.
    token(JOAQUIN, PRODUCTS, Type("Salsify", JOAQUIN), 330 * DAY).used(242 * DAY, "198.51.100.14"),
    token(MAREN, WEBSITE, Type("Sitefinity", MAREN), 380 * DAY).used(301 * DAY, "192.0.2.15"),
    token(
        ALEKSANDRA,
        CAMPAIGNS,
        Type("Episerver / Optimizely", JOAQUIN),
        260 * DAY,
    )
    .used(190 * DAY, "198.51.100.91"),
    token(MARGUERITE, PRESS, Type("TYPO3", MAREN), 85 * DAY).used(64 * DAY, "2001:db8:7::15"),
    token(MAREK, WEB_SHOP, Other("Trade fair kiosk", JOAQUIN), 150 * DAY).used(113 * DAY, "192.0.2.200"),
    // Never used.
    token(TOMASZ, PRODUCTS, Type("Akeneo PIM", MAREN), 5 * HOUR),
    token(MAREN, CAMPAIGNS, Type("Contentstack", MAREN), 2 * DAY),
    token(IFE, FIELD_APP, Type("Hygraph", IFE), 14 * DAY),
    token(MARGUERITE, PRESS, Type("Sanity", IFE), 33 * DAY),
    token(JOAQUIN, CAMPAIGNS, Type("Sitecore XP / XM", JOAQUIN), 250 * DAY),
    token(MAREK, WEB_SHOP, Other("Label printer in the warehouse", IFE), 100 * DAY),
    // Revoked, used and never used.
    token(ALEKSANDRA, CAMPAIGNS, Other("Agency upload tool", MAREN), 293 * DAY)
        .used(145 * DAY, "198.51.100.7")
        .revoked(144 * DAY, MAREK),
    token(MAREN, WEBSITE, Type("WordPress", MAREN), 396 * DAY)
        .used(4 * DAY, "203.0.113.39")
        .revoked(3 * DAY, MAREN),
    token(TOMASZ, PRODUCTS, Type("Akeneo PIM", JOAQUIN), 345 * DAY)
        .used(8 * DAY, "198.51.100.11")
        .revoked(6 * HOUR, JOAQUIN),
    token(SVC_WEB, WEB_SHOP, Type("Shopify", JOAQUIN), 158 * DAY)
        .used(62 * DAY, "192.0.2.79")
        .revoked(61 * DAY, MAREN),
    token(IFE, FIELD_APP, Type("Contentful", IFE), 205 * DAY).revoked(204 * DAY, MAREK),
    token(SVC_WEB, WEBSITE, Type("Storyblok", IFE), 19 * DAY).revoked(18 * DAY, MAREN),
    // Authorized by their users within the last 30 days, so still valid.
    token(IFE, FIELD_APP, Authorized, 12 * DAY).used(28, "198.51.100.23"),
    token(MARGUERITE, FIELD_APP, Authorized, 26 * DAY).used(5 * DAY, "2001:db8:99:1::4d"),
    token(MAREK, FIELD_APP, Authorized, DAY),
    // Authorized by their users more than 30 days ago, so expired.
    token(IFE, FIELD_APP, Authorized, 101 * DAY).used(72 * DAY, "198.51.100.23"),
    token(MARGUERITE, FIELD_APP, Authorized, 64 * DAY).used(40 * DAY, "2001:db8:99:1::4d"),
    token(TOMASZ, CAMPAIGNS, Authorized, 45 * DAY),
    token(JOAQUIN, PRODUCTS, Authorized, 31 * DAY).used(3 * DAY, "192.0.2.33"),
    // Of a deactivated user.
    token(HENRIK, PRESS, Type("Drupal", MAREN), 80 * DAY).used(22 * DAY, "203.0.113.60"),
    token(HENRIK, FIELD_APP, Type("Umbraco", JOAQUIN), 140 * DAY).used(24 * DAY, "203.0.113.61"),
];

/// When users were deactivated, in minutes before now.
pub(crate) const DEACTIVATED_MINUTES_AGO: i64 = 20 * DAY;

/// The sign-ins: user, minutes before now, address, and user agent.
pub(crate) const SIGN_INS: &[(usize, i64, &str, &str)] = &[
    (
        MAREN,
        3 * DAY,
        "2001:db8:4:2::17",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
    ),
    (
        MAREN,
        4 * HOUR,
        "203.0.113.40",
        "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    ),
    (
        JOAQUIN,
        7 * HOUR,
        "203.0.113.52",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
    ),
    (
        TOMASZ,
        2 * DAY,
        "198.51.100.12",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
    ),
];
