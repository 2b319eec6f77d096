import Link from 'next/link';
import { Icon } from '../components/icon';
import { CloseMenus } from '../components/menus';
import { Sections } from '../components/sections';

export const metadata = { title: 'API tokens · Gatehouse' };

const USER = { name: 'Maren Lindqvist', email: 'maren.lindqvist@larkfield.example', initials: 'ML' };

export default function Layout({ children }) {
    return (
        <html lang="en">
            <body>
                <a href="#main" className="skip-link">Skip to main content</a>
                <div className="shell">
                    <header className="sidebar">
                        <details className="menu nav-menu">
                            <summary className="button quiet square">
                                <Icon name="menu" />
                                <span className="visually-hidden">Menu</span>
                            </summary>
                            <nav aria-label="Main" className="menu-items nav"><Sections /></nav>
                        </details>
                        <Link href="/" prefetch={false} className="brand">
                            <span><strong>Gatehouse</strong><small>Larkfield Media</small></span>
                        </Link>
                        <nav aria-label="Main" className="nav"><Sections /></nav>
                    </header>
                    <nav aria-label="Account menu" className="topbar"><AccountMenu /></nav>
                    <main id="main" tabIndex="-1">{children}</main>
                </div>
                <CloseMenus />
            </body>
        </html>
    );
}

function AccountMenu() {
    return (
        <details className="menu account-menu">
            <summary>
                <span aria-hidden="true" className="avatar">{USER.initials}</span>
                <span className="name">{USER.name}</span>
                <span className="visually-hidden">, account menu</span>
                <Icon name="chevronDown" />
            </summary>
            <div className="menu-items">
                <p className="menu-user"><strong>{USER.name}</strong><small>{USER.email}</small></p>
                <Link href="/sessions" prefetch={false}><Icon name="sessions" />Sessions</Link>
                <Link href="/connected-apps" prefetch={false}><Icon name="integration" />Connected apps</Link>
                <form action="/fn/session/sign-out" method="post">
                    <button><Icon name="signOut" />Sign out</button>
                </form>
            </div>
        </details>
    );
}
