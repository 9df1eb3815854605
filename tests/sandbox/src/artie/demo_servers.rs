//! The servers of the demo company.

use super::{Reach, Server, Table};

/// The stream of the demo's `DynamoDB` table.
pub(crate) const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:123456789012:table/device-state/stream/2026-01-15T09:30:00.000";

/// All of them.
pub(crate) fn all() -> Vec<Server> {
    vec![production(), shop(), staging(), oracle(), snowflake(), bigquery()]
}

/// The production Postgres.
fn production() -> Server {
    let orders = vec![
        Table::new(
            "public.users",
            &[
                "id bigint pk",
                "email character varying(255) not null",
                "full_name text",
                "plan_tier text not null default 'free'",
                "is_active boolean not null default true",
                "created_at timestamp with time zone not null default now()",
                "last_login_at timestamp with time zone",
            ],
        )
        .rows(12_480),
        Table::new(
            "public.orders",
            &[
                "id bigint pk",
                "user_id bigint not null",
                "email text",
                "status text not null default 'new'",
                "total_cents integer not null",
                "card_number text",
                "created_at timestamp with time zone not null default now()",
            ],
        )
        .rows(48_123_000),
        Table::new(
            "public.order_items",
            &[
                "order_id bigint pk",
                "line integer pk",
                "product_id bigint not null",
                "quantity integer not null",
            ],
        )
        .rows(96_302_000),
        Table::new(
            "public.refunds",
            &["id bigint pk", "order_id bigint not null", "amount_cents integer not null"],
        )
        .rows(40_200),
        Table::new("public.products", &["id bigint pk", "name text not null", "attributes jsonb"])
            .rows(1_840),
        Table::new("public.active_users", &["id bigint", "email text"]).view(),
        Table::new(
            "billing.billing_events",
            &[
                "id uuid pk",
                "account_id bigint not null",
                "kind text not null",
                "amount_cents integer not null",
                "occurred_at timestamp with time zone not null",
            ],
        )
        .rows(210_400_000),
        Table::new(
            "billing.payments",
            &[
                "id uuid pk",
                "billing_event_id uuid not null",
                "method text",
                "paid_at timestamp with time zone",
            ],
        )
        .rows(88_200),
    ];
    let crm = vec![Table::new("public.accounts", &["id bigint pk", "name text not null", "owner_id bigint"])];
    Server::new("postgresql", "db.internal.acme.test")
        .port(5432)
        .login("artie", "correct-horse")
        .database("orders", orders)
        .database("crm", crm)
        .slot("artie_orders", true)
        .slot("artie_billing", true)
        .slot("artie_products", true)
        .slot("artie_old", false)
        .publication("dbz_publication", true)
        .publication("artie_filtered", false)
}

fn shop() -> Server {
    let shop = vec![
        Table::new("customers", &["id bigint pk", "email varchar(255) not null", "country char(2)"])
            .rows(310_000),
        Table::new("carts", &["id bigint pk", "customer_id bigint not null", "updated_at datetime"])
            .rows(920_000),
        Table::new("sessions", &["id char(36) pk", "customer_id bigint", "started_at datetime not null"])
            .rows(64_000_000),
    ];
    Server::new("mysql", "mysql.internal.acme.test")
        .port(3306)
        .login("artie", "correct-horse")
        .database("shop", shop)
}

/// Only to be reached through the staging bastion.
fn staging() -> Server {
    let staging = vec![
        Table::new("public.users", &["id bigint pk", "email text not null"]).rows(120),
        Table::new("public.orders", &["id bigint pk", "user_id bigint not null", "status text"]).rows(800),
        Table::new("public.billing_events_test", &["id uuid pk", "kind text not null"]).rows(50),
    ];
    Server::new("postgresql", "db.staging.acme.test")
        .port(5432)
        .login("artie_staging", "correct-horse")
        .reach(Reach::Private)
        .database("staging", staging)
        .slot("artie_smoke_test", false)
        .publication("dbz_publication", true)
}

fn oracle() -> Server {
    let sales = vec![Table::new(
        "SALES.ORDERS",
        &["ID NUMBER pk", "CUSTOMER_ID NUMBER not null", "TOTAL NUMBER(12,2)"],
    )];
    Server::new("oracle", "oracle.internal.acme.test")
        .port(1521)
        .login("C##ARTIE", "correct-horse")
        .database("ORCLPDB1", sales)
}

fn snowflake() -> Server {
    let analytics = vec![
        Table::new("PUBLIC.ORDERS", &["ID NUMBER pk", "STATUS VARCHAR", "TOTAL_CENTS NUMBER"])
            .rows(31_400_000),
        Table::new("PUBLIC.USERS", &["ID NUMBER pk", "EMAIL VARCHAR"]).rows(12_480),
        Table::new("BILLING.BILLING_EVENTS", &["ID VARCHAR pk", "KIND VARCHAR", "AMOUNT_CENTS NUMBER"])
            .rows(120_900_000),
    ];
    let marketing = vec![Table::new("HUBSPOT.CAMPAIGNS", &["ID VARCHAR pk", "NAME VARCHAR"])];
    Server::new("snowflake", "https://acme-eu1.snowflakecomputing.com")
        .login("ARTIE", "correct-horse")
        .warehouse("ARTIE_WH")
        .warehouse("REPORTING_WH")
        .database("ANALYTICS", analytics)
        .database("MARKETING", marketing)
}

fn bigquery() -> Server {
    let datasets = vec![
        Table::new("shop.customers", &["id INT64 pk", "email STRING", "country STRING"]),
        Table::new("shop.carts", &["id INT64 pk", "customer_id INT64"]),
        Table::new("catalogue.products", &["id INT64 pk", "name STRING"]),
    ];
    Server::new("bigquery", "acme-analytics").database("acme-analytics", datasets)
}
