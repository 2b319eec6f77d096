//! Who and what the demo account holds. The people are invented; addresses and hosts are those that RFC 2606, RFC 5737
//! and RFC 3849 keep for documentation.

use domain::accounts::rights::Right;

/// The account's name.
pub(crate) const ACCOUNT: &str = "Larkfield Media";

/// A profile besides Administrator.
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

/// Someone of the account. The first is its administrator.
pub(crate) struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub profile: &'static str,
    /// What signing in as this person shows.
    pub shows: &'static str,
    pub leaves: bool,
}

const fn person(name: &'static str, email: &'static str, profile: &'static str, shows: &'static str) -> Person {
    Person {
        name,
        email,
        profile,
        shows,
        leaves: false,
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

pub(crate) const PEOPLE: &[Person] = &[
    person(
        "Maren Lindqvist",
        "maren.lindqvist@larkfield.example",
        domain::accounts::users::ADMINISTRATOR,
        "everything",
    ),
    person(
        "Joaquín Beltrán de la Torre",
        "joaquin.beltran@larkfield.example",
        MANAGER,
        "API tokens and OAuth apps with all that the guides need",
    ),
    person(
        "Tomasz Wieczorek",
        "tomasz.wieczorek@larkfield.example",
        VIEWER,
        "API tokens to look at only",
    ),
    person(
        "Ife Adeyemi",
        "ife.adeyemi@larkfield.example",
        CREATOR,
        "making consumers and tokens without the list",
    ),
    person(
        "Marek Dvořák",
        "marek.dvorak@larkfield.example",
        REVOKER,
        "the right to revoke without the list",
    ),
    person(
        "Aleksandra Konstantinopoulou-Featherstonehaugh",
        "aleksandra.konstantinopoulou-featherstonehaugh@international.larkfield.example",
        DEVELOPER,
        "rights over API tokens, but no way into Settings",
    ),
    person(
        "Marguerite Vandenbroucke-Oyelaran",
        "marguerite.vandenbroucke-oyelaran@international.larkfield.example",
        EDITOR,
        "a portal without Settings",
    ),
    person(
        "Web publishing service",
        "svc-web@larkfield.example",
        SERVICE,
        "whose rights most tokens have",
    ),
    Person {
        name: "Henrik Aaltonen",
        email: "henrik.aaltonen@larkfield.example",
        profile: EDITOR,
        shows: "nothing: inactive, cannot sign in",
        leaves: true,
    },
];

const WEBSITE: usize = 0;
const PRODUCTS: usize = 1;
const CAMPAIGNS: usize = 2;
const FIELD_APP: usize = 3;
const WEB_SHOP: usize = 4;
const PRESS: usize = 5;

/// The consumers: name, who made it, how many days ago.
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

/// The consumer whose program uses the older flow without verifier.
pub(crate) const OLDER_FLOW: usize = FIELD_APP;

/// A token's life. Times are minutes ago.
pub(crate) struct Token {
    pub user: usize,
    pub consumer: usize,
    /// A type, a name for the type Other, or nothing where the user authorised the consumer.
    pub integration: Integration,
    pub created: i64,
    pub used: Option<(i64, &'static str)>,
    pub revoked: Option<(i64, usize)>,
}

/// How a token came about.
pub(crate) enum Integration {
    /// Made on the page, of a type in the list.
    Type(&'static str, usize),
    /// Made on the page, with a name of its own.
    Other(&'static str, usize),
    /// Through the three-legged flow.
    Authorised,
}

use Integration::{Authorised, Other, Type};

pub(crate) const HOUR: i64 = 60;
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
    // In daily use.
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
    // Quiet for a long time.
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
    // Revoked, with and without a use.
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
    // Authorised by their users, within their 30 days.
    token(IFE, FIELD_APP, Authorised, 12 * DAY).used(28, "198.51.100.23"),
    token(MARGUERITE, FIELD_APP, Authorised, 26 * DAY).used(5 * DAY, "2001:db8:99:1::4d"),
    token(MAREK, FIELD_APP, Authorised, DAY),
    // Authorised by their users, and over.
    token(IFE, FIELD_APP, Authorised, 101 * DAY).used(72 * DAY, "198.51.100.23"),
    token(MARGUERITE, FIELD_APP, Authorised, 64 * DAY).used(40 * DAY, "2001:db8:99:1::4d"),
    token(TOMASZ, CAMPAIGNS, Authorised, 45 * DAY),
    token(JOAQUIN, PRODUCTS, Authorised, 31 * DAY).used(3 * DAY, "192.0.2.33"),
    // Of someone who has left.
    token(HENRIK, PRESS, Type("Drupal", MAREN), 80 * DAY).used(22 * DAY, "203.0.113.60"),
    token(HENRIK, FIELD_APP, Type("Umbraco", JOAQUIN), 140 * DAY).used(24 * DAY, "203.0.113.61"),
];

/// When those who leave have left, in minutes ago.
pub(crate) const LEFT: i64 = 20 * DAY;

/// Who has signed in: who, how many minutes ago, from where, with what.
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
