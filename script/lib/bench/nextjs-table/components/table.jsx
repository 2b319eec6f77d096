// A client component, because the rows of a server component are sent twice: that page takes twice the processor time and is
// 92 KB instead of 54.
'use client';

import Link from 'next/link';
import { Icon } from './icon';
import { PATH, listUrl } from '../lib/query';

const HEADINGS = [
    ['user', 'User'],
    ['consumer', 'Consumer'],
    ['integration', 'Integration'],
    ['created', 'Created'],
    ['used', 'Last used'],
];

/** Renders the table of tokens. */
export function Table({ query, tokens }) {
    return (
        <div className="table-wrap">
            <table className="table stack">
                <caption className="visually-hidden">Tokens</caption>
                <thead>
                    <tr>
                        {HEADINGS.map(([sort, label]) => <Heading key={sort} sort={sort} label={label} query={query} />)}
                        <th scope="col" className="action"><span className="visually-hidden">Action</span></th>
                    </tr>
                </thead>
                <tbody>{tokens.map((token) => <Row key={token.id} query={query} token={token} />)}</tbody>
            </table>
        </div>
    );
}

function Heading({ sort, label, query }) {
    const isCurrent = query.sort === sort;
    const reverse = isCurrent && query.reverse;
    const isDescending = (sort === 'created' || sort === 'used') !== reverse;
    const url = listUrl({ ...query, sort, reverse: isCurrent && !query.reverse, start: 0 });
    return (
        <th scope="col" aria-sort={isCurrent ? (isDescending ? 'descending' : 'ascending') : undefined}>
            <Link href={url} scroll={false} prefetch={false} className="sort">
                {label}
                <Icon name={isDescending ? 'sortDown' : 'sortUp'} />
            </Link>
        </th>
    );
}

function Row({ query, token }) {
    const isActive = token.state === 'Active';
    return (
        <tr className={isActive ? '' : 'inactive'}>
            <td className="title">
                <span>
                    <Link href={`${PATH}/tokens/${token.id}`} prefetch={false}>{token.user}</Link>
                    {' '}
                    <span className={isActive ? 'badge success' : 'badge danger'}>{token.state}</span>
                    <small>{token.email}</small>
                </span>
            </td>
            <td data-label="Consumer">
                <Link href={`${PATH}/consumers/${token.consumerId}`} prefetch={false}>{token.consumer}</Link>
            </td>
            <td data-label="Integration"><span>{token.integration}</span></td>
            <td data-label="Created">
                <span><Time at={token.createdAt} /><small>{`by ${token.createdBy}`}</small></span>
            </td>
            <td data-label="Last used">
                {token.usedAt
                    ? <span><Time at={token.usedAt} /><small>{`from ${token.usedFrom}`}</small></span>
                    : <span className="muted">Never</span>}
            </td>
            <td className="action">
                {isActive && (
                    <Link
                        href={listUrl(query, { dialog: 'revoke', token: token.id })}
                        scroll={false}
                        prefetch={false}
                        className="button small quiet danger"
                    >
                        Revoke
                        <span className="visually-hidden">{` the token of ${token.user} for ${token.integration}`}</span>
                    </Link>
                )}
            </td>
        </tr>
    );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Renders a time in UTC. */
function Time({ at }) {
    const iso = new Date(at).toISOString();
    const readable = `${+iso.slice(8, 10)} ${MONTHS[iso.slice(5, 7) - 1]} ${iso.slice(0, 4)}, ${iso.slice(11, 16)} UTC`;
    return <time dateTime={`${iso.slice(0, 19)}Z`}>{readable}</time>;
}
