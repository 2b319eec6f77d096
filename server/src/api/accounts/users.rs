//! The user API, `/api/v4/currentUser` and `/api/v4/users`.

use crate::api::accounts::CurrentActor;
use crate::http::problem::{AuthenticatedErrors, Body, Problem};
use crate::http::query::{IdPath, Query};
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::accounts::users;
use domain::ids::{ProfileId, UserId};
use domain::time::Timestamp;
use portal::Error;
use portal::accounts::users::UserQuery;
use portal::infra::actor::ActorUser;
use serde::Serialize;
use utoipa::ToSchema;

/// The number of users on a page when the request has `page` but no `limit`.
const DEFAULT_PAGE_SIZE: u32 = 100;

const TOTAL_RECORDS: HeaderName = HeaderName::from_static("x-pagination-totalrecords");
const TOTAL_PAGES: HeaderName = HeaderName::from_static("x-pagination-totalpages");
const PAGE_NUMBER: HeaderName = HeaderName::from_static("x-pagination-page");
const LIMIT: HeaderName = HeaderName::from_static("x-pagination-limit");

/// Describes a user.
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
    unsupported: UnsupportedFields,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Group>>)]
    groups: Option<[Group; 0]>,
}

/// Holds the members of a user that Gatehouse does not store. They are sent as empty strings because clients expect
/// them to be present.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnsupportedFields {
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

/// Describes a user in a list.
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

/// Describes a user group. Gatehouse has no user groups, so lists of groups are empty.
#[derive(Serialize, ToSchema)]
pub(crate) struct Group {}

/// Returns the user that the credential belongs to.
#[utoipa::path(get, path = "/api/v4/currentUser", tag = "Users", operation_id = "currentUser", responses(
    (status = 200, description = "The user", body = User),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["current.user:read"])))]
pub(crate) async fn current(CurrentActor(actor): CurrentActor) -> Result<Response, Problem> {
    // Authentication has loaded the user, so no query is needed.
    let current_user = actor.require_user()?;
    let body = match current_user.serialized.get() {
        Some(body) => body.clone(),
        None => {
            let body = serialize_current_user(current_user)?;
            current_user.serialized.get_or_init(|| body).clone()
        }
    };
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

fn serialize_current_user(current_user: &ActorUser) -> Result<Bytes, Problem> {
    let (firstname, lastname) = split_name(&current_user.name);
    let user = User {
        id: current_user.id,
        username: &current_user.email,
        email: &current_user.email,
        firstname,
        infix: "",
        lastname,
        profile_id: current_user.profile_id,
        // The credentials of inactive users are not accepted.
        active: true,
        is_sso_only: false,
        language: &current_user.language,
        time_zone: &current_user.time_zone,
        last_login: current_user.last_sign_in_at.map(Timestamp::rfc3339),
        persisted: true,
        unsupported: UnsupportedFields::default(),
        groups: None,
    };
    let body = serde_json::to_vec(&user).map_err(|error| Problem::unserializable(&error))?;
    Ok(body.into())
}

/// Lists the users of the account.
///
/// Returns all users unless `limit` or `page` is given.
#[utoipa::path(get, path = "/api/v4/users", tag = "Users", operation_id = "users", params(
    ("limit" = Option<u32>, Query, description = "The number of users per page. Defaults to 100 if `page` is given.", minimum = 1),
    ("page" = Option<u32>, Query, description = "The page number, starting at 1.", minimum = 1),
    ("includeInActive" = Option<bool>, Query, description = "Whether to include inactive users, who can't sign in."),
), responses(
    (status = 200, description = "The users", body = Vec<ListedUser>, headers(
        ("X-Pagination-TotalRecords" = u64, description = "The total number of users."),
        ("X-Pagination-TotalPages" = u64, description = "The total number of pages."),
        ("X-Pagination-Page" = u64, description = "The number of this page."),
        ("X-Pagination-Limit" = u64, description = "The number of users per page."),
    )),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["admin.user:read"])))]
pub(crate) async fn list(
    State(app): State<AppState>,
    CurrentActor(actor): CurrentActor,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref())?;
    let page = query.positive_integer("page")?;
    let limit = query.positive_integer("limit")?.or(page.map(|_| DEFAULT_PAGE_SIZE));
    let page_query = UserQuery {
        limit,
        page: page.unwrap_or(1),
        include_inactive: query.boolean("includeInActive")?,
    };
    let found = portal::accounts::users::list(&app.portal, &actor, page_query).await?;

    let ActorUser { time_zone, .. } = actor.require_user()?;
    let users: Vec<ListedUser<'_>> = found.users.iter().map(|user| to_listed_user(user, time_zone)).collect();
    let limit = limit.map_or(found.total, i64::from);
    let pages = if limit > 0 {
        found.total.unsigned_abs().div_ceil(limit.unsigned_abs())
    } else {
        0
    };
    let headers = [
        (TOTAL_RECORDS, found.total.to_string()),
        (TOTAL_PAGES, pages.to_string()),
        (PAGE_NUMBER, page_query.page.to_string()),
        (LIMIT, limit.to_string()),
    ];
    Ok((headers, Json(users)).into_response())
}

/// Returns a user by ID or username.
///
/// Users need no right to read themselves.
#[utoipa::path(get, path = "/api/v4/users/{id}", tag = "Users", operation_id = "user", params(
    ("id" = String, Path, description = "The user's ID or username."),
), responses(
    (status = 200, description = "The user", body = User),
    (status = 404, description = "The user doesn't exist in the account", body = Body, content_type = "application/problem+json"),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["admin.user:read"])))]
pub(crate) async fn get(
    State(app): State<AppState>,
    CurrentActor(actor): CurrentActor,
    path: Result<Path<IdPath>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(IdPath { id })) = path else {
        return Err(Error::NotFound("user").into());
    };
    let user = portal::accounts::users::get(&app.portal, &actor, &id).await?;
    let current_user = actor.require_user()?;
    let (firstname, lastname) = split_name(&user.name);
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
        language: &current_user.language,
        time_zone: &current_user.time_zone,
        last_login: user.last_sign_in_at.map(Timestamp::rfc3339),
        persisted: true,
        unsupported: UnsupportedFields::default(),
        groups: Some([]),
    };
    Ok(Json(user).into_response())
}

fn to_listed_user<'a>(user: &'a users::User, time_zone: &'a str) -> ListedUser<'a> {
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

/// Splits a full name into first and last name at the first space. Gatehouse stores names as one string.
fn split_name(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

#[cfg(test)]
mod tests {
    use super::split_name;

    #[test]
    fn full_name_is_split_at_the_first_space() {
        assert_eq!(split_name("Ada Lovelace"), ("Ada", "Lovelace"));
        assert_eq!(split_name("Ludwig van Beethoven"), ("Ludwig", "van Beethoven"));
        assert_eq!(split_name("Voltaire"), ("Voltaire", ""));
    }
}
