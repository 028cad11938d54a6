"""Part I of a report: what the office is and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.reports import dates, numbers
from portal.reports.model import Paragraph, Sentence
from portal.reports.phrases import Phrases
from portal.reports.profile import OfficeProfile, Post
from portal.reports.sentences import as_sentences


def paragraphs(profile: OfficeProfile, phrases: Phrases, praise: Sequence[Sentence]) -> list[Paragraph]:
    """Duties, organisation, Party body, results (with published praise at their end), conduct."""
    drafted = [
        *(Paragraph(as_sentences(text)) for text in profile.mission),
        Paragraph(tuple(Sentence.plain(text) for text in organisation(profile, phrases))),
        Paragraph((Sentence.plain(party(profile, phrases)),)),
        Paragraph((*as_sentences(" ".join(profile.results)), *praise)),
    ]
    if profile.conduct:
        drafted.append(Paragraph(as_sentences(" ".join(profile.conduct))))
    return drafted


def basis(profile: OfficeProfile, phrases: Phrases) -> str:
    """What the report rests on: the request, then further bases in their order."""
    further = phrases.frame.bases.format(bases="; ".join(profile.bases)) if profile.bases else ""
    return phrases.frame.basis.format(
        request=profile.request.document,
        day=dates.short(profile.request.day),
        sender=profile.request.sender,
        subject=profile.subject,
        bases=further,
        office=profile.name,
    )


def organisation(profile: OfficeProfile, phrases: Phrases) -> list[str]:
    """Leaders and rooms, staff with shares, qualifications: a sentence each."""
    frame, staff, pad = phrases.office, profile.staff, profile.pad_counts
    others = staff.total - staff.members
    leaders = frame.leaders.format(
        leaders=numbers.count(staff.leaders, pad=pad),
        posts=_posts(staff.posts, frame.post, pad=pad),
        rooms=numbers.count(staff.rooms, pad=pad),
        room_posts=_posts(staff.room_posts, frame.qualification, pad=pad),
    )
    people = frame.staff.format(
        total=numbers.count(staff.total, pad=pad),
        members=numbers.count(staff.members, pad=pad),
        members_share=numbers.percent(staff.members, staff.total),
        others=numbers.count(others, pad=pad),
        others_share=numbers.percent(others, staff.total),
    )
    learning = frame.qualifications.format(
        qualifications=_posts(staff.qualifications, frame.qualification, pad=pad),
        theory=_posts(staff.theory, frame.qualification, pad=pad),
    )
    return [leaders, people, learning]


def _posts(posts: Iterable[Post], pattern: str, *, pad: bool) -> str:
    return ", ".join(pattern.format(count=numbers.count(post.count, pad=pad), title=post.title) for post in posts)


def party(profile: OfficeProfile, phrases: Phrases) -> str:
    """The Party organisation in a sentence."""
    body, pad = profile.party, profile.pad_counts
    return phrases.office.party.format(
        party=body.name,
        parent=body.parent,
        cells=numbers.count(body.cells, pad=pad),
        members=numbers.count(profile.staff.members, pad=pad),
        committee=numbers.count(body.committee, pad=pad),
    )
