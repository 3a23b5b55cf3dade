//! A small app in which every probe of the repository finds its subject: what the hostile repositories are made from, by
//! spoiling one file.

/// Path and text of every file.
pub const FILES: [(&str, &str); 34] = [
    (
        "package.json",
        r#"{
  "name": "acme-shop",
  "private": true,
  "scripts": { "build": "next build", "start": "next start", "lint": "eslint .", "types": "tsc --noEmit", "test": "vitest run" },
  "dependencies": {
    "@sentry/nextjs": "9.1.0",
    "@supabase/ssr": "0.8.0",
    "@supabase/supabase-js": "2.101.0",
    "next": "16.4.6",
    "openai": "6.9.0",
    "pino": "9.5.0",
    "react": "19.2.0",
    "server-only": "0.0.1",
    "stripe": "20.1.0",
    "zod": "4.1.0"
  },
  "devDependencies": { "vitest": "4.0.0" }
}
"#,
    ),
    (
        "package-lock.json",
        r#"{
  "name": "acme-shop",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "dependencies": {
        "@sentry/nextjs": "9.1.0", "@supabase/ssr": "0.8.0", "@supabase/supabase-js": "2.101.0", "next": "16.4.6",
        "openai": "6.9.0", "pino": "9.5.0", "react": "19.2.0", "server-only": "0.0.1", "stripe": "20.1.0", "zod": "4.1.0"
      },
      "devDependencies": { "vitest": "4.0.0" }
    },
    "node_modules/@sentry/nextjs": { "version": "9.1.0" },
    "node_modules/@supabase/ssr": { "version": "0.8.0" },
    "node_modules/@supabase/supabase-js": { "version": "2.101.0" },
    "node_modules/next": { "version": "16.4.6" },
    "node_modules/openai": { "version": "6.9.0" },
    "node_modules/pino": { "version": "9.5.0" },
    "node_modules/react": { "version": "19.2.0" },
    "node_modules/server-only": { "version": "0.0.1" },
    "node_modules/stripe": { "version": "20.1.0" },
    "node_modules/vitest": { "version": "4.0.0" },
    "node_modules/zod": { "version": "4.1.0" }
  }
}
"#,
    ),
    ("tsconfig.json", "{ \"compilerOptions\": { \"strict\": true }, \"include\": [\"src\"] }\n"),
    ("vercel.json", "{ \"crons\": [{ \"path\": \"/api/cron/tidy\", \"schedule\": \"0 5 * * *\" }] }\n"),
    (".gitignore", "node_modules/\n.next/\n.env\n"),
    (
        ".env.example",
        "NEXT_PUBLIC_SUPABASE_URL=\nNEXT_PUBLIC_SUPABASE_ANON_KEY=\nSUPABASE_URL=\nSUPABASE_ANON_KEY=\nSTRIPE_SECRET_KEY=\nSTRIPE_WEBHOOK_SECRET=\nSENTRY_DSN=\nCRON_SECRET=\n",
    ),
    (
        ".github/workflows/ci.yml",
        "on:\n  pull_request:\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v6\n      - run: npm ci\n      - run: npm run types\n      - run: npm run lint\n      - run: npm test\n      - run: npm run build\n      - run: gitleaks detect\n      - run: supabase start\n",
    ),
    (
        ".github/workflows/deploy.yml",
        "on:\n  push:\n    branches: [main]\njobs:\n  production:\n    environment: production\n    runs-on: ubuntu-latest\n    steps:\n      - run: supabase db push\n",
    ),
    (
        ".github/dependabot.yml",
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: weekly\n",
    ),
    ("supabase/config.toml", "[functions.mail]\nverify_jwt = true\n"),
    (
        "supabase/functions/mail/index.ts",
        r#"import { createClient } from "npm:@supabase/supabase-js@2";

Deno.serve(async (request) => {
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!, {
    global: { headers: { Authorization: request.headers.get("Authorization")! } },
  });
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return new Response("sign in first", { status: 401 });
  return Response.json({ ok: true });
});
"#,
    ),
    (
        "supabase/migrations/20260105101500_orders.sql",
        r"create table public.orders (id bigint generated always as identity primary key, owner uuid not null, product text not null);
create index orders_owner on public.orders (owner);
alter table public.orders enable row level security;
create policy own on public.orders for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
",
    ),
    (
        "supabase/migrations/20260112093000_notes.sql",
        r"create table public.notes (id bigint generated always as identity primary key, owner uuid not null, words text not null);
create index notes_owner on public.notes (owner);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
",
    ),
    (
        "src/app/layout.tsx",
        "export default function Layout({ children }: { children: React.ReactNode }) {\n  return <html><body>{children}</body></html>;\n}\n",
    ),
    ("src/app/page.tsx", "export default function Home() {\n  return <main>Acme Shop</main>;\n}\n"),
    (
        "src/app/error.tsx",
        "\"use client\";\n\nexport default function Failed({ reset }: { reset: () => void }) {\n  return <button onClick={reset}>That went wrong. Try again</button>;\n}\n",
    ),
    (
        "src/app/global-error.tsx",
        "\"use client\";\n\nexport default function Failed() {\n  return <html><body>That went wrong</body></html>;\n}\n",
    ),
    ("src/app/not-found.tsx", "export default function Missing() {\n  return <main>There is no such page</main>;\n}\n"),
    (
        "src/app/api/orders/route.ts",
        r#"import { z } from "zod";
import { log } from "@/lib/log";
import { server } from "@/lib/server";

const Order = z.object({ product: z.string().max(40) });

export async function POST(request: Request) {
  const supabase = await server();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return Response.json({ error: "sign in first" }, { status: 401 });
  const order = Order.parse(await request.json());
  const { error } = await supabase.from("orders").insert({ owner: user.id, product: order.product });
  if (error) {
    log.error({ error }, "an order was not kept");
    return Response.json({ error: "try again" }, { status: 500 });
  }
  return Response.json({ ok: true });
}

export async function GET() {
  const supabase = await server();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return Response.json({ error: "sign in first" }, { status: 401 });
  const { data, error } = await supabase.from("orders").select("id, product").eq("owner", user.id).limit(50);
  if (error) {
    log.error({ error }, "orders were not read");
    return Response.json({ error: "try again" }, { status: 500 });
  }
  return Response.json(data);
}
"#,
    ),
    (
        "src/app/api/hook/route.ts",
        r#"import Stripe from "stripe";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!, { timeout: 5000 });

export async function POST(request: Request) {
  const event = stripe.webhooks.constructEvent(
    await request.text(),
    request.headers.get("stripe-signature")!,
    process.env.STRIPE_WEBHOOK_SECRET!,
  );
  return Response.json({ received: event.id });
}
"#,
    ),
    (
        "src/app/api/cron/tidy/route.ts",
        r#"export async function GET(request: Request) {
  if (request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) {
    return new Response("no", { status: 401 });
  }
  return Response.json({ ok: true });
}
"#,
    ),
    (
        "src/lib/server.ts",
        r#"import "server-only";
import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";

export async function server() {
  const jar = await cookies();
  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {
    cookies: { getAll: () => jar.getAll(), setAll: () => {} },
  });
}
"#,
    ),
    ("src/lib/log.ts", "import \"server-only\";\nimport pino from \"pino\";\n\nexport const log = pino();\n"),
    (
        "src/lib/rates.ts",
        "import \"server-only\";\n\nexport async function rates() {\n  const answer = await fetch(\"https://rates.example.com/today\", { signal: AbortSignal.timeout(5000), next: { revalidate: 3600 } });\n  return answer.json();\n}\n",
    ),
    (
        "src/instrumentation.ts",
        "import * as Sentry from \"@sentry/nextjs\";\n\nexport function register() {\n  Sentry.init({ dsn: process.env.SENTRY_DSN });\n}\n\nexport const onRequestError = Sentry.captureRequestError;\n",
    ),
    (
        "src/instrumentation-client.ts",
        "import * as Sentry from \"@sentry/nextjs\";\n\nSentry.init({ dsn: \"https://public@errors.example.com/1\" });\n",
    ),
    (
        "src/orders.test.ts",
        "import { expect, it } from \"vitest\";\n\nit(\"an order is paid at checkout\", () => {\n  expect(1 + 1).toBe(2);\n});\n",
    ),
    ("README.md", "# Acme Shop\n\nAn invented shop.\n"),
    (
        "docs/runbooks/deploy.md",
        "# Deploy\n\nWhen: after review, never on a Friday. Who: the engineer on duty, who also watches the errors for ten minutes after it.\n\n1. Merge the pull request\n2. Look at the run of the workflow\n3. Open the shop and place an order\n\n```sh\nvercel inspect acme-shop\n```\n\nTo undo it, see the page on rolling back.\n",
    ),
    (
        "docs/runbooks/rollback.md",
        "# Roll back\n\nWhen: errors rise after a deploy. Who: the engineer on duty, without asking anybody, and the client is told afterwards.\n\n1. Find the deployment before\n2. Promote it\n3. Place an order to check\n\n```sh\nvercel rollback\n```\n\nA migration is taken back by the SQL in its head.\n",
    ),
    (
        "docs/runbooks/restore.md",
        "# Restore the database\n\nThe backups are in Supabase, daily. RPO: 24 hours. RTO: 4 hours. Who may restore: Ana and Sam, after a word with the client.\n\n1. Stop the writes\n2. Restore into a new project\n3. Compare the number of orders\n\n```sh\npg_restore --dbname \"$TARGET\" copy.dump\n```\n\nTo check: place an order and read it back.\n",
    ),
    (
        "docs/runbooks/rotate.md",
        "# Rotate a key\n\nWhen: a key was seen where it must not be, or somebody leaves. Who: the engineer on duty with the owner of the account.\n\n1. Make the new key at the vendor\n2. Put it into the host's variables\n3. Revoke the old one\n\n```sh\nvercel env add STRIPE_SECRET_KEY production\n```\n\nTo check: pay one order in test mode.\n",
    ),
    (
        "docs/architecture.md",
        "# Architecture\n\nOwner of each system: Ana. Personal data rests in Supabase only.\n\n```mermaid\nflowchart LR\n  Browser --> Vercel\n  Vercel --> Supabase\n  Vercel --> Stripe\n  Vercel --> Sentry\n```\n\n# Systems\n\n- Supabase: owner Ana, plan Pro, cost 25\n- Stripe: owner Ana, plan by use, cost none\n- Sentry: owner Sam, plan Team, cost 26\n- Vercel: owner Sam, plan Pro, cost 20\n",
    ),
    (
        "docs/incident-playbook.md",
        "# Incident playbook\n\nSeverity 1: nobody can order. Severity 2: some cannot. The incident lead decides, and that is the engineer on duty.\n\nFirst fifteen minutes: look at the errors, stop what makes it worse, write down the time.\n\nTell customers on the status page: we are investigating, next word in thirty minutes. Who speaks: Ana.\n",
    ),
];
