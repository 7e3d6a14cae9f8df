"""The PostgreSQL half of the bench, which needs a server: the twin ends with the same rows as the site."""

from tests.bench.bench_ingest import PostgresqlTwin


def test_ingest_beside_the_same_rows(postgres_server):
    """What is copied bare is what our ledger wrote, whatever the types of the columns."""
    twin = PostgresqlTwin(postgres_server)
    try:
        twin.prepare(6)
        for _, rows in twin.pairs(2, 3):
            assert {table: len(told) for table, told in rows.items() if table != "run_failure"} == {
                "journal": 4,
                "test_run": 2,
                "run_instrument": 4,
            }
            assert twin.bare(rows) > 0
            assert twin.tall(rows) > 0
        for query in (
            "SELECT (r).* FROM test_run AS r ORDER BY id",
            "SELECT * FROM run_instrument ORDER BY run_id, role",
        ):
            assert twin._reader.execute(query).fetchall() == twin._twin.execute(query).fetchall()
        assert twin.size()["site"] > twin.size()["runs"] > 0
    finally:
        twin.close()
        postgres_server.execute("DROP DATABASE bench_site", "DROP DATABASE bench_twin")
