// Memory for columns. A cycle touches tiles all over a reticle, and with pages of 4 KiB most visits would miss the
// translation buffer: columns of more than 2 MiB ask the kernel for large pages (a hint; without them all works alike).
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace scribeline::fabric {

template <class T> struct LargePages {
    using value_type = T;

    LargePages() = default;
    template <class U> LargePages(LargePages<U> const&) {}

    T* allocate(std::size_t n)
    {
        void* const memory = ::operator new(n * sizeof(T), alignment(n));
#ifdef __linux__
        if (n * sizeof(T) >= page)
            ::madvise(memory, n * sizeof(T), MADV_HUGEPAGE);
#endif
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t n) { ::operator delete(memory, alignment(n)); }

    friend bool operator==(LargePages, LargePages) { return true; }
    friend bool operator!=(LargePages, LargePages) { return false; }

  private:
    static constexpr std::size_t page = std::size_t{2} << 20;
    static std::align_val_t alignment(std::size_t n) { return std::align_val_t{n * sizeof(T) >= page ? page : 64}; }
};

template <class T> using Column = std::vector<T, LargePages<T>>;

} // namespace scribeline::fabric
