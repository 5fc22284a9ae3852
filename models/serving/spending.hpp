// What a machine spends on its work, by cause, and what of it each request is given. Everything here adds up: what
// requests are given and what idles is what the system spent (models/serving/serving_costs.hpp).
#pragma once

#include "models/serving/ticks.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace scribeline::models {

constexpr std::size_t most_causes = 16; // of joules that go with work, of one kind of machine

// Of steps: joules by cause (WorkLaw::causes()), and for how long memory and arithmetic would have been busy at their
// peak.
struct Work {
    std::array<double, most_causes> joules{};
    double                          memory_seconds = 0, arithmetic_seconds = 0;

    double whole() const
    {
        auto sum = 0.0;
        for (auto const part : joules)
            sum += part;
        return sum;
    }
    Work& operator+=(Work const& other)
    {
        for (std::size_t i = 0; i < most_causes; ++i)
            joules[i] += other.joules[i];
        memory_seconds += other.memory_seconds;
        arithmetic_seconds += other.arithmetic_seconds;
        return *this;
    }
    Work& operator*=(double factor)
    {
        for (auto& part : joules)
            part *= factor;
        memory_seconds *= factor;
        arithmetic_seconds *= factor;
        return *this;
    }
};
inline Work operator+(Work a, Work const& b) { return a += b; }
inline Work operator*(Work a, double factor) { return a *= factor; }

// Of a machine's time and of the joules of its work.
struct Paid {
    double seconds = 0, joules = 0;

    Paid& operator+=(Paid other)
    {
        seconds += other.seconds;
        joules += other.joules;
        return *this;
    }
};

// What a request is given of the machines that it was on.
struct PaidByRequest {
    Paid prompt, cached, decode;      // tokens computed; attention to what was found in the cache; tokens made
    Paid elsewhere, cached_elsewhere; // prompt and cached of a pool of its own, on replica `there`

    std::uint32_t there = 0;
};

// Of one replica over its life.
struct Spending {
    Work   prompts, decoding;
    double prompt_seconds = 0, decode_seconds = 0; // of the machine and the engine around it
    double step_seconds = 0;                       // of them, steps of the machine were under way

    double seconds() const { return prompt_seconds + decode_seconds; }
};

} // namespace scribeline::models
