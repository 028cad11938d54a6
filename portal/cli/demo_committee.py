"""The demonstration's committee at work: concerns in every state, one of them overdue, with notes and a history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.concerns import service
from portal.concerns.models import Concern
from portal.concerns.people import members
from portal.crypto.atrest import AtRest
from portal.ledger.log import Log


@dataclass(frozen=True)
class DemoAnswer:
    """What is done about a concern; ``days``: until the day promised, from today, past ones below 0."""

    state: str
    days: int
    text: str
    owner: str = "Văn phòng"
    note: str = ""
    published: bool = True


# By the order of the concerns; the last ones stay as they were received.
ANSWERS: tuple[tuple[DemoAnswer, ...], ...] = (
    (
        DemoAnswer("studying", 2, "<p>Tổ tiếp thu đang rà soát quy chế làm việc.</p>"),
        DemoAnswer(
            "accepted",
            45,
            "<p>Tiếp thu. Mỗi việc liên ngành có <strong>một</strong> đơn vị chủ trì, ghi rõ trong phiếu giao việc.</p>"
            "<ul><li>Sửa quy chế làm việc.</li><li>Sơ kết sau một quý.</li></ul>",
            note="<p>Đã trao đổi với Phòng Tổng hợp; dự thảo quy chế gửi trước ngày 15.</p>",
        ),
    ),
    (
        DemoAnswer(
            "studying",
            -1,
            "<p>Đang kiểm tra thời gian xử lý hồ sơ qua từng phòng; sẽ trả lời trong hai ngày.</p>",
            "Phòng Hành chính - Quản trị",
            "<p>Chưa có số liệu của hai phòng.</p>",
        ),
    ),
    (
        DemoAnswer(
            "explained",
            20,
            "<p>Khối lượng việc giữa các phòng chưa đều vì hai đợt phục vụ hội nghị rơi vào cùng một quý. Lịch năm sau "
            "đã được giãn ra.</p>",
            "Phòng Tổng hợp",
        ),
    ),
    (
        DemoAnswer(
            "declined",
            20,
            "<p>Chưa tiếp thu đề nghị có quy định riêng về bảo vệ người dám làm: việc này thuộc thẩm quyền của cấp "
            "trên. Văn phòng đã gửi kiến nghị.</p>",
        ),
    ),
    (
        DemoAnswer("accepted", 1, "<p>Tiếp thu: kết luận họp giao ban sẽ ghi tên đơn vị và hạn.</p>", "Phòng Tổng hợp"),
        DemoAnswer("done", 1, "<p>Đã làm: kết luận họp gửi đến mọi người trong ngày.</p>", "Phòng Tổng hợp"),
    ),
    (DemoAnswer("studying", 25, "", note="<p>Hỏi thêm ý kiến công đoàn trước khi trả lời.</p>", published=False),),
)


def work_on(session: Session, log: Log, atrest: AtRest, concerns: Sequence[Concern], *, day: date, today: date) -> None:
    """Answer the concerns in turn, all on ``day``; two members of the committee share them."""
    people = members(session)
    for place, (concern, given) in enumerate(zip(concerns, ANSWERS, strict=False)):
        person = people[place % len(people)]
        for one in given:
            due = today + timedelta(days=one.days)
            kept = service.Answer(one.state, one.owner, due, one.text, one.published, owner_id=person.id, note=one.note)
            service.answer(session, log, atrest, concern, kept, hand=Hand(person.id, day))
