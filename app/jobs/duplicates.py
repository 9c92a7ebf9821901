"""Records written twice are looked for among all rows of an entity."""

from typing import Any

from app.lowcode.duplicates import scanning
from app.lowcode.jobs import JobContext, job
from app.lowcode.naming import entity_named, resource_of


@job(scanning.JOB)
def find_duplicates(context: JobContext) -> dict[str, Any]:
    model = entity_named(context.arguments["entity"])
    found = scanning.scan(context.session, model, context.progress)
    return {
        "url": f"/quality/duplicates/{resource_of(model)}",
        "rows": found.rows,
        "clusters": found.clusters,
        "capped": found.capped,
    }
