//! `/api/v4/currentUser` and `/api/v4/users`.

use crate::api::Caller;
use crate::api::openapi::OpenToCredentials;
use crate::api::query::{ById, Query};
use crate::http::problem::{Body, Problem};
use crate::state::App;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderName;
use axum::response::{IntoResponse, Response};
use domain::accounts::users;
use domain::ids::{ProfileId, UserId};
use domain::time::Timestamp;
use portal::Error;
use portal::accounts::users::PeopleQuery;
use portal::auth::actor::Person;
use serde::Serialize;
use utoipa::ToSchema;

/// How many users a page has where the client asks for a page and does not say.
const PAGE: u32 = 100;

const TOTAL_RECORDS: HeaderName = HeaderName::from_static("x-pagination-totalrecords");
const TOTAL_PAGES: HeaderName = HeaderName::from_static("x-pagination-totalpages");
const PAGE_NUMBER: HeaderName = HeaderName::from_static("x-pagination-page");
const LIMIT: HeaderName = HeaderName::from_static("x-pagination-limit");

/// A user, as an answer about one has it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User<'a> {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    username: &'a str,
    email: &'a str,
    firstname: &'a str,
    infix: &'static str,
    lastname: &'a str,
    #[schema(value_type = uuid::Uuid)]
    profile_id: ProfileId,
    active: bool,
    #[serde(rename = "isSSOOnly")]
    is_sso_only: bool,
    language: &'a str,
    time_zone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<String>,
    persisted: bool,
    #[serde(flatten)]
    unkept: Unkept,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Group>>)]
    groups: Option<[Group; 0]>,
}

/// What clients know of a user and this portal does not keep: empty texts, so that a client need not look whether they
/// are there.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unkept {
    phone_number: &'static str,
    cellphone_number: &'static str,
    department: &'static str,
    department_code: &'static str,
    job: &'static str,
    company_name: &'static str,
    legal_entity: &'static str,
    cost_center: &'static str,
    employee_number: &'static str,
    address: &'static str,
    postal_code: &'static str,
    city: &'static str,
    county: &'static str,
    state: &'static str,
    country: &'static str,
    gender: &'static str,
    terms: &'static str,
}

/// A user, as a list has it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedUser<'a> {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    name: &'a str,
    username: &'a str,
    email: &'a str,
    email2: &'static str,
    #[schema(value_type = uuid::Uuid)]
    profile_id: ProfileId,
    active: u8,
    #[serde(rename = "isSSOOnly")]
    is_sso_only: bool,
    time_zone: &'a str,
    salesrep_id: &'static str,
    employee_number: &'static str,
    website: &'static str,
    country: &'static str,
    #[schema(value_type = Vec<Group>)]
    groups: [Group; 0],
}

/// There are no user groups here, so nobody is in one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Group {}

#[utoipa::path(get, path = "/api/v4/currentUser", tag = "Users", operation_id = "currentUser",
    summary = "The user behind the credential", responses(
    (status = 200, description = "The user.", body = User),
    OpenToCredentials
), security(("oauth1" = []), ("oauth2" = ["current.user:read"])))]
/// The person behind the credential; answered from what the credential brought along.
pub(crate) async fn current(Caller(actor): Caller) -> Result<Response, Problem> {
    let person = actor.require_person()?;
    let (firstname, lastname) = split(&person.name);
    let user = User {
        id: person.id,
        username: &person.email,
        email: &person.email,
        firstname,
        infix: "",
        lastname,
        profile_id: person.profile_id,
        // An inactive person's credentials open nothing.
        active: true,
        is_sso_only: false,
        language: &person.language,
        time_zone: &person.time_zone,
        last_login: person.last_sign_in_at.map(Timestamp::rfc3339),
        persisted: true,
        unkept: Unkept::default(),
        groups: None,
    };
    Ok(Json(user).into_response())
}

/// The account's users, all of them or by page.
#[utoipa::path(get, path = "/api/v4/users", tag = "Users", operation_id = "users", params(
    ("limit" = Option<u32>, Query, description = "How many a page has.", minimum = 1),
    ("page" = Option<u32>, Query, description = "Which page, from 1.", minimum = 1),
    ("includeInActive" = Option<bool>, Query, description = "Whether users who cannot sign in are listed too."),
), responses(
    (status = 200, description = "The users.", body = Vec<ListedUser>, headers(
        ("X-Pagination-TotalRecords" = u64, description = "How many users there are in all."),
        ("X-Pagination-TotalPages" = u64, description = "How many pages there are."),
        ("X-Pagination-Page" = u64, description = "Which page this is."),
        ("X-Pagination-Limit" = u64, description = "How many users a page has."),
    )),
    OpenToCredentials
), security(("oauth1" = []), ("oauth2" = ["admin.user:read"])))]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref())?;
    let page = query.count("page")?;
    let limit = query.count("limit")?.or(page.map(|_| PAGE));
    let asked = PeopleQuery {
        limit,
        page: page.unwrap_or(1),
        include_inactive: query.flag("includeInActive")?,
    };
    let found = portal::accounts::users::list(&app.portal, &actor, asked).await?;

    let Person { time_zone, .. } = actor.require_person()?;
    let users: Vec<ListedUser<'_>> = found.users.iter().map(|user| listed(user, time_zone)).collect();
    let limit = limit.map_or(found.total, i64::from);
    let pages = if limit > 0 {
        found.total.unsigned_abs().div_ceil(limit.unsigned_abs())
    } else {
        0
    };
    let headers = [
        (TOTAL_RECORDS, found.total.to_string()),
        (TOTAL_PAGES, pages.to_string()),
        (PAGE_NUMBER, asked.page.to_string()),
        (LIMIT, limit.to_string()),
    ];
    Ok((headers, Json(users)).into_response())
}

/// One user, by id or user name; oneself needs no right.
#[utoipa::path(get, path = "/api/v4/users/{id}", tag = "Users", operation_id = "user", params(
    ("id" = String, Path, description = "The id, or the user name."),
), responses(
    (status = 200, description = "The user.", body = User),
    (status = 404, description = "The account has no such user.", body = Body, content_type = "application/problem+json"),
    OpenToCredentials
), security(("oauth1" = []), ("oauth2" = ["admin.user:read"])))]
pub(crate) async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    path: Result<Path<ById>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(ById { id })) = path else {
        return Err(Error::NotFound("user").into());
    };
    let user = portal::accounts::users::get(&app.portal, &actor, &id).await?;
    let person = actor.require_person()?;
    let (firstname, lastname) = split(&user.name);
    let user = User {
        id: user.id,
        username: &user.email,
        email: &user.email,
        firstname,
        infix: "",
        lastname,
        profile_id: user.profile_id,
        active: user.active,
        is_sso_only: false,
        language: &person.language,
        time_zone: &person.time_zone,
        last_login: user.last_sign_in_at.map(Timestamp::rfc3339),
        persisted: true,
        unkept: Unkept::default(),
        groups: Some([]),
    };
    Ok(Json(user).into_response())
}

fn listed<'a>(user: &'a users::User, time_zone: &'a str) -> ListedUser<'a> {
    ListedUser {
        id: user.id,
        name: &user.name,
        username: &user.email,
        email: &user.email,
        email2: "",
        profile_id: user.profile_id,
        active: user.active.into(),
        is_sso_only: false,
        time_zone,
        salesrep_id: "",
        employee_number: "",
        website: "",
        country: "",
        groups: [],
    }
}

/// The first word of a name, and the rest of it. Names here are one text, as people write them.
fn split(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_name_is_split_after_its_first_word() {
        assert_eq!(split("Ada Lovelace"), ("Ada", "Lovelace"));
        assert_eq!(split("Ludwig van Beethoven"), ("Ludwig", "van Beethoven"));
        assert_eq!(split("Voltaire"), ("Voltaire", ""));
    }
}
