export const PATH = '/settings/portal/api-tokens';

const FILTERS = ['current', 'ended', 'all'];
const SORTS = ['user', 'consumer', 'integration', 'created', 'used'];

/** Reads the search parameters. What is unknown or invalid is ignored. */
export function parseQuery(params) {
    return {
        q: String(params.q ?? ''),
        filter: FILTERS.includes(params.filter) ? params.filter : 'current',
        sort: SORTS.includes(params.sort) ? params.sort : 'created',
        reverse: params.reverse === '1',
        start: Math.max(0, Number.parseInt(params.start, 10) || 0),
    };
}

/** Returns the URL of a list, without the parameters that have their default. */
export function listUrl({ q, filter, sort, reverse, start }, more = {}) {
    const params = new URLSearchParams({
        ...(q && { q }),
        ...(filter !== 'current' && { filter }),
        ...(sort !== 'created' && { sort }),
        ...(reverse && { reverse: '1' }),
        ...(start && { start }),
        ...more,
    }).toString();
    return params ? `${PATH}?${params}` : PATH;
}
