-- A revision can have tens of thousands of changes, of which a list of revisions shows the first ones. Those stay in
-- `differences`.

-- The number of all changes; NULL in older revisions, whose `differences` are complete.
alter table settings_revisions add column total bigint;

-- JSON: the other changes; NULL if there are none.
alter table settings_revisions add column more_differences text;
