'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useActionState, useEffect, useRef } from 'react';

/** Renders a dialog with a form. It is open without script, and modal with script. */
export function FormDialog({ title, button, danger, back, action, children }) {
    const router = useRouter();
    const dialog = useRef(null);
    const [error, submit, isBusy] = useActionState(action, null);
    useEffect(() => {
        dialog.current.removeAttribute('open');
        dialog.current.showModal();
    }, []);
    const onCancel = (event) => {
        event.preventDefault();
        router.push(back, { scroll: false });
    };
    return (
        <dialog ref={dialog} open aria-labelledby="dialog-title" className="dialog" onCancel={onCancel}>
            <h2 id="dialog-title">{title}</h2>
            <form action={submit}>
                <div className="dialog-body">
                    {children}
                    {error && <p role="alert">{error}</p>}
                </div>
                <div className="dialog-footer">
                    <Link href={back} scroll={false} prefetch={false} className="button">Cancel</Link>
                    <button className={danger ? 'button danger' : 'button primary'} aria-busy={isBusy || undefined}>
                        {button}
                    </button>
                </div>
            </form>
        </dialog>
    );
}
