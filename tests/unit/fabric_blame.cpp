// The board of senders' clocks: the last three streams of a PE, as they stood when the quantum began.
#include "fabric/blame.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::fabric;

namespace {

// A PE's streams over color 4, the clock's first cause telling them apart.
class Sender {
  public:
    void post(std::uint64_t cycle)
    {
        Blame blame;
        blame.add(Cause::arithmetic, cycle * 10);
        board_.post(1, 4, cycle, blame, begin_, journal_);
    }
    void next_quantum(std::uint64_t begin)
    {
        board_.take(journal_);
        begin_ = begin;
    }
    // The cycle of the stream that a reader finds; -1: none.
    std::int64_t from_beyond(std::uint64_t latest) const { return look(latest, begin_, nullptr); }
    std::int64_t from_own(std::uint64_t latest, std::uint64_t now) const { return look(latest, now + 1, &journal_); }
    bool         journal_empty() const { return journal_.empty(); }

  private:
    std::int64_t look(std::uint64_t latest, std::uint64_t seen, BlameBoard::Journal const* journal) const
    {
        std::uint64_t sent = 0;
        Blame         blame;
        blame.add(Cause::off_wafer, 99); // must not stay
        if (!board_.find(1, 4, latest, seen, journal, sent, blame))
            return -1;
        CHECK(blame.total() == sent * 10);
        Blame other;
        CHECK_FALSE(board_.find(1, 5, latest, seen, journal, sent, other)); // another color
        CHECK_FALSE(board_.find(0, 4, latest, seen, journal, sent, other)); // another PE
        return static_cast<std::int64_t>(blame.total() / 10);
    }

    BlameBoard          board_{2};
    BlameBoard::Journal journal_;
    std::uint64_t       begin_ = 0;
};

} // namespace

TEST_CASE("of the streams that can have arrived the last one counts")
{
    Sender sender;
    CHECK(sender.from_own(100, 100) == -1);
    for (std::uint64_t cycle : {10, 20, 30}) {
        sender.next_quantum(cycle);
        sender.post(cycle);
    }
    sender.next_quantum(40);
    CHECK(sender.from_own(50, 50) == 30);
    CHECK(sender.from_own(30, 50) == 30);
    CHECK(sender.from_own(29, 50) == 20);
    CHECK(sender.from_own(19, 50) == 10);
    CHECK(sender.from_own(9, 50) == -1);
    CHECK(sender.from_beyond(29) == 20);
}

TEST_CASE("the last three streams of a PE are on the board, in the first quanta and long after")
{
    Sender sender;
    for (std::uint64_t cycle = 10; cycle <= 200; cycle += 10) {
        sender.next_quantum(cycle);
        sender.post(cycle);
        auto const at = static_cast<std::int64_t>(cycle);
        CHECK(sender.from_own(cycle, cycle) == at);
        if (cycle > 20) {
            CHECK(sender.from_own(cycle - 20, cycle) == at - 20);
        }
        if (cycle > 30) {
            CHECK(sender.from_own(cycle - 21, cycle) == -1);
        }
    }
}

TEST_CASE("from beyond a scribe line the board is seen as it stood when the quantum began")
{
    Sender sender;
    for (std::uint64_t cycle : {10, 20, 30, 40}) {
        sender.next_quantum(cycle);
        sender.post(cycle);
    }
    sender.next_quantum(50);
    auto const before = [&] {
        CHECK(sender.from_beyond(100) == 40);
        CHECK(sender.from_beyond(39) == 30);
        CHECK(sender.from_beyond(29) == 20);
        CHECK(sender.from_beyond(19) == -1);
    };
    before();
    for (std::uint64_t cycle = 50; cycle < 56; ++cycle) { // however many streams begin in it
        sender.post(cycle);
        before();
    }
    CHECK_FALSE(sender.journal_empty());
    sender.next_quantum(60);
    CHECK(sender.journal_empty());
    CHECK(sender.from_beyond(100) == 55);
    CHECK(sender.from_beyond(53) == 53);
    CHECK(sender.from_beyond(52) == -1);
}

TEST_CASE("on its own reticle a stream is seen at once, and the last three count, in one quantum or in many")
{
    Sender one, many;
    for (std::uint64_t cycle = 1; cycle <= 9; ++cycle) {
        many.next_quantum(cycle);
        one.post(cycle);
        many.post(cycle);
        for (std::uint64_t latest = 0; latest <= cycle; ++latest) {
            CAPTURE(cycle, latest);
            CHECK(one.from_own(latest, cycle) == many.from_own(latest, cycle));
            CHECK((many.from_own(latest, cycle) == -1) == (latest + 3 <= cycle || latest == 0));
        }
    }
}
