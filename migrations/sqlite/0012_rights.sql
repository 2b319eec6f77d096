-- New rights. Whoever could change profiles still can, and whoever had every right still has every right.

insert into profile_rights (profile_id, right_code)
select profile_id, 'manage-permission-profiles' from profile_rights where right_code = 'manage-users';

insert into profile_rights (profile_id, right_code)
select p.id, n.code
from profiles p
cross join (
    select 'view-audit-log' as code
    union all select 'manage-subscription'
    union all select 'submit-support-tickets'
) n
where (
    select count(*) from profile_rights r where r.profile_id = p.id and r.right_code in (
        'admin-settings', 'manage-portal-settings', 'create-api-tokens', 'view-api-tokens', 'revoke-api-tokens',
        'manage-users', 'manage-oauth-apps', 'manage-integration', 'view-asset-tracking', 'manage-asset-tracking'
    )
) = 10;
