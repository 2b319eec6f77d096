/** The tokens, made anew for each request in place of a database: 48 current ones and 8 that are revoked. */

const PAGE = 25;
const USERS = ['Maren Lindqvist', 'Joaquín Beltrán de la Torre', 'Tomasz Wieczorek', 'Marek Dvořák', 'Ingrid Solheim',
    'Aleksandra Konstantinopoulou-Featherstonehaugh', 'Nguyễn Thị Minh Khai', 'Ada Okonkwo', 'Paul Weiss'];
const CONSUMERS = ['Product information', 'Field app', 'Campaign automation for the Benelux and Nordic regions (staging)',
    'Website', 'Archive import'];
const INTEGRATIONS = ['Akeneo PIM', 'Authorized by the user', 'Contentstack', 'WordPress', 'Episerver / Optimizely',
    'Adobe InDesign', 'Figma'];
const HOUR = 3_600_000;
const NEWEST = Date.UTC(2026, 10, 30, 6, 42, 50);

const id = (kind, index) => `01a2${kind}31-24e6-7000-b6b8-${(0xeed4577cab82 - index * 7919).toString(16)}`;

function token(index) {
    const user = USERS[index % USERS.length];
    const consumer = index % CONSUMERS.length;
    return {
        id: id('2b', index),
        user,
        email: `${user.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().replaceAll(' ', '.')}@larkfield.example`,
        consumer: CONSUMERS[consumer],
        consumerId: id('1c', consumer),
        integration: INTEGRATIONS[index % INTEGRATIONS.length],
        state: index < 48 ? 'Active' : 'Revoked',
        createdAt: NEWEST - index * 29 * HOUR,
        createdBy: USERS[index % 2],
        usedAt: index % 3 === 0 ? null : NEWEST - index * 5 * HOUR,
        usedFrom: `203.0.113.${index + 40}`,
    };
}

const allTokens = () => Array.from({ length: 56 }, (_, index) => token(index));

export const findToken = (wanted) => allTokens().find(({ id }) => id === wanted);

const SORTS = {
    user: (a, b) => (a.user < b.user ? -1 : 1),
    consumer: (a, b) => (a.consumer < b.consumer ? -1 : 1),
    integration: (a, b) => (a.integration < b.integration ? -1 : 1),
    created: (a, b) => b.createdAt - a.createdAt,
    used: (a, b) => b.usedAt - a.usedAt,
};

/** Returns a page of the tokens that match the search and the filter. */
export function listTokens({ q, filter, sort, reverse, start }) {
    const search = q.toLowerCase();
    const found = allTokens()
        .filter(({ state }) => filter === 'all' || (state === 'Revoked') === (filter === 'ended'))
        .filter(({ user, consumer, integration }) => `${user}\n${consumer}\n${integration}`.toLowerCase().includes(search))
        .sort(SORTS[sort]);
    if (reverse) {
        found.reverse();
    }
    return { tokens: found.slice(start, start + PAGE), total: found.length, pageSize: PAGE };
}
