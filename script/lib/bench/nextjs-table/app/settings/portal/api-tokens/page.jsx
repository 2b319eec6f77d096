import Link from 'next/link';
import { Icon } from '../../../../components/icon';
import { createConsumer, revokeToken } from '../../../../lib/actions';
import { FormDialog } from '../../../../components/form-dialog';
import { PATH, listUrl, parseQuery } from '../../../../lib/query';
import { Search } from '../../../../components/search';
import { Table } from '../../../../components/table';
import { findToken, listTokens } from '../../../../lib/tokens';

export const dynamic = 'force-dynamic';

const DONE = { revoked: 'Token revoked', created: 'Consumer created' };

export default async function Page({ searchParams }) {
    const params = await searchParams;
    const query = parseQuery(params);
    const page = listTokens(query);
    return (
        <>
            <div className="page">
                <Header query={query} />
                <nav aria-label="API tokens" className="tabs">
                    <Link href={PATH} prefetch={false} aria-current="page">Tokens</Link>
                    <Link href={`${PATH}?show=consumers`} prefetch={false}>Consumers</Link>
                </nav>
                <section aria-labelledby="tokens" className="card">
                    <div className="card-header">
                        <h2 id="tokens">Tokens <span className="count">{page.total}</span></h2>
                        <Search query={query} />
                    </div>
                    {page.total
                        ? <Table query={query} tokens={page.tokens} />
                        : <p className="empty">{`No tokens match “${query.q}”`}</p>}
                    <Pager query={query} page={page} />
                </section>
            </div>
            <Dialog query={query} dialog={params.dialog} token={params.token} />
            <div role="status" className="toasts">{DONE[params.done] && <p className="toast">{DONE[params.done]}</p>}</div>
        </>
    );
}

function Header({ query }) {
    return (
        <header className="page-header">
            <nav aria-label="Breadcrumbs" className="crumbs">
                <ol>
                    <li><Link href="/settings" prefetch={false}>Settings</Link></li>
                    <li><Link href="/settings/portal" prefetch={false}>Portal settings</Link></li>
                    <li aria-current="page">API tokens</li>
                </ol>
            </nav>
            <div>
                <h1 tabIndex="-1">API tokens</h1>
                <p className="lead">
                    Credentials that applications use to sign API requests. Each token acts on behalf of one user. A token’s page
                    has example requests.
                </p>
            </div>
            <div className="buttons">
                <Link href={listUrl(query, { dialog: 'new-consumer' })} scroll={false} prefetch={false} className="button">
                    Create new consumer
                </Link>
                <Link href={listUrl(query, { dialog: 'new-token' })} scroll={false} prefetch={false} className="button primary">
                    <Icon name="plus" />
                    Create new token
                </Link>
            </div>
        </header>
    );
}

function Pager({ query, page: { tokens, total, pageSize } }) {
    if (total <= pageSize) {
        return null;
    }
    const link = (label, rel, start) => (start >= 0 && start < total
        ? <Link href={listUrl({ ...query, start })} rel={rel} prefetch={false} className="button small">{label}</Link>
        : <span className="button small" aria-disabled="true">{label}</span>);
    return (
        <nav aria-label="Pages of tokens" className="card-footer pager">
            <p>{`${tokens.length} of ${total}`}</p>
            {link('Previous', 'prev', query.start - pageSize)}
            {link('Next', 'next', query.start + pageSize)}
        </nav>
    );
}

function Dialog({ query, dialog, token: id }) {
    const back = listUrl(query);
    const token = dialog === 'revoke' && findToken(id);
    if (token) {
        return (
            <FormDialog key={id} title="Revoke this token?" button="Revoke" danger back={back} action={revokeToken}>
                <p>
                    <strong>{token.integration}</strong> will no longer be able to use the API as <strong>{token.user}</strong> through
                    the consumer <strong>{token.consumer}</strong>. This cannot be undone.
                </p>
                <input type="hidden" name="token" value={id} />
            </FormDialog>
        );
    }
    return dialog === 'new-consumer' && (
        <FormDialog title="Create new consumer" button="Create consumer" back={back} action={createConsumer}>
            <label>Name <input name="name" required autoComplete="off" className="input" /></label>
        </FormDialog>
    );
}
